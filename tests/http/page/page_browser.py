"""Debian's Chromium with a page in it whose clock stands still but for advance(), so that no test waits for time to pass."""
import json
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

PATIENCE = 60  # seconds, for what takes moments on a machine that has nothing else to do

# The page's timers and clock, and what it fetches. A call that is under way has a timer of 30 s that gives it up.
CLOCK = '''
(() => {
  let now = 0, last = 0;
  const timers = new Map(), realFetch = window.fetch.bind(window);
  window.setTimeout = (act, delay = 0) => { timers.set(++last, { act, delay, at: now + delay }); return last; };
  window.clearTimeout = (timer) => void timers.delete(timer);
  performance.now = () => now;
  window.fetched = [];
  window.fetch = (path, options) => { fetched.push(path); return realFetch(path, options); };
  window.isWaiting = () => [...timers.values()].some(({ delay }) => delay === 30000);
  window.advance = (milliseconds) => {
    const end = now + milliseconds;
    for (;;) {
      const [first] = [...timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at);
      if (!first) break;
      timers.delete(first[0]);
      now = first[1].at;
      first[1].act();
    }
    now = end;
  };
  window.violations = [];
  document.addEventListener('securitypolicyviolation', (violation) => violations.push(violation.violatedDirective));
})();
'''


class Browser:
    def __init__(self, clock=CLOCK):
        """clock: a script that runs before those of each page."""
        options = webdriver.ChromeOptions()
        for argument in ('--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--js-flags=--expose-gc'):
            options.add_argument(argument)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL', 'performance': 'ALL'})
        options.add_experimental_option('perfLoggingPrefs', {'enableNetwork': True, 'enablePage': False})
        self.driver = webdriver.Chrome(service=Service('/usr/bin/chromedriver'), options=options)
        self.loads = 0
        self.driver.set_script_timeout(PATIENCE)
        self.devtools('Page.addScriptToEvaluateOnNewDocument', source=clock)

    def close(self):
        self.driver.quit()

    def devtools(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition):
        """Until a JavaScript expression holds."""
        end = time.monotonic() + PATIENCE
        while not self.run(f'return Boolean({condition})'):
            if time.monotonic() > end:
                raise AssertionError(f'never came true: {condition}')
            time.sleep(0.02)

    def open(self, url, width=1280, scheme='light'):
        self.devtools('Emulation.setDeviceMetricsOverride', width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.prefer(scheme)
        self.loads += 1  # a mere change of what is after the # would not load the page
        self.driver.get(url.replace('#', f'?{self.loads}#', 1) if '#' in url else f'{url}?{self.loads}')
        self.settle()

    def prefer(self, scheme):
        self.devtools('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': scheme}])

    def settle(self):
        """Until what was asked has been answered and is shown."""
        self.wait('window.fetched && fetched.length && !isWaiting()')

    def advance(self, seconds):
        self.run('advance(arguments[0])', 1000 * seconds)

    def pass_time(self, seconds):
        self.advance(seconds)
        self.settle()

    def text(self, selector):
        return self.run('return document.querySelector(arguments[0]).textContent', selector).replace('\u00a0', ' ').replace('\u202f', ' ')

    def texts(self, selector):
        found = self.run('return [...document.querySelectorAll(arguments[0])].map((node) => node.textContent)', selector)
        return [text.replace('\u00a0', ' ').replace('\u202f', ' ') for text in found]

    def count(self, selector):
        return self.run('return document.querySelectorAll(arguments[0]).length', selector)

    def is_shown(self, selector):
        return self.run('return document.querySelector(arguments[0]).checkVisibility()', selector)

    def click(self, selector):
        self.run('document.querySelector(arguments[0]).click()', selector)

    def write(self, selector, text):
        self.run('''const field = document.querySelector(arguments[0]);
                    field.focus(); field.value = arguments[1]; field.dispatchEvent(new Event('input')); field.blur();''', selector, text)

    def logs(self):
        """What the console has said since, and the URLs that were asked for."""
        messages = [json.loads(entry['message'])['message'] for entry in self.driver.get_log('performance')]
        asked = [message['params']['request']['url'] for message in messages if message['method'] == 'Network.requestWillBeSent']
        return [entry['message'] for entry in self.driver.get_log('browser')], asked
