const leastSeconds = 2;
const mostSeconds = 60;
const patienceSeconds = 30;

/** Calls again and again, one call at a time: not while nobody looks, and less often while there is no answer. */
export class Poller {
  #poll;
  #failed;
  #call = null;
  #timer = 0;
  #failures = 0;
  #seconds = leastSeconds;
  isPaused = false;

  /** poll(signal): resolves to the seconds after which there is something new. failed(error, seconds until the next call). */
  constructor(poll, failed) {
    this.#poll = poll;
    this.#failed = failed;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#stop() : this.isPaused || this.now()));
  }

  /** Calls at once, even if paused, and drops the call that is under way. */
  async now() {
    this.#stop();
    const call = (this.#call = new AbortController());
    const patience = setTimeout(() => call.abort(), 1000 * patienceSeconds);
    let error = null;
    try {
      this.#seconds = Math.max(leastSeconds, await this.#poll(call.signal));
    } catch (caught) {
      error = call.signal.aborted ? new Error(`nothing for ${patienceSeconds} s`) : caught;
    }
    clearTimeout(patience);
    if (call !== this.#call) return;  // another one was begun meanwhile
    this.#call = null;
    this.#failures = error ? this.#failures + 1 : 0;
    const wait = error ? Math.min(mostSeconds, this.#seconds * 2 ** this.#failures) : this.#seconds;
    if (error) this.#failed(error, wait);
    if (!this.isPaused && !document.hidden) this.#timer = setTimeout(() => this.now(), 1000 * wait);
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    isPaused ? this.#stop() : this.now();
  }

  #stop() {
    clearTimeout(this.#timer);
    const call = this.#call;
    this.#call = null;
    call?.abort();
  }
}
