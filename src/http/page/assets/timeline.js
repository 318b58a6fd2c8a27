/** The stretches of time that series have a value for, the oldest first. */
export class Timeline {
  /** Milliseconds since 1970 at which each slot ends. They rise, whatever the service's clock did. */
  ends = [];
  /** Where each slot ends between the first (0) and the last (1). */
  places = [];
  /** Stretches [from, to] in which samples are missing. */
  gaps = [];
  /** When the process was started anew; null: before the first slot. */
  restart = null;

  constructor(slots, started) {
    this.slots = slots;
    for (const slot of slots) this.ends.push(Math.max(1000 * slot.end, (this.ends.at(-1) ?? 0) + 1));
    const [first, last] = [this.ends[0], this.ends.at(-1)];
    this.places = this.ends.map((end) => (last > first ? (end - first) / (last - first) : 1));
    slots.forEach((slot, at) => {
      if (slot.gap) this.gaps.push([this.ends[at] - 1000 * slot.seconds, this.ends[at]]);
    });
    if (slots.length && started !== null && 1000 * started > first - 1000 * slots[0].seconds) this.restart = 1000 * started;
  }

  /** Where the restart is between the first slot (0) and the last (1). */
  get restartPlace() {
    const [first, last] = [this.ends[0], this.ends.at(-1)];
    return Math.min(1, Math.max(0, (this.restart - first) / (last - first || 1)));
  }

  /** A series' values, none where samples are missing. */
  known(values) {
    return values.map((value, at) => (this.slots[at]?.gap ? null : value));
  }
}
