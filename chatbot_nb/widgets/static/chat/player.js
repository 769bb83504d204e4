// Plays a reply as a user meets it: each response after its delay.

const DEFAULT = 1000; // what ChatBot waits where a response has no delay
const LONGEST = 10000;

export class Player {
  shown = Infinity; // so many responses are there; the next one is being typed

  /** @param {() => Array} responses as they are by then @param {() => void} onStep called after each change */
  constructor(responses, onStep) {
    Object.assign(this, { responses, onStep });
  }

  get playing() {
    return this.shown < Infinity;
  }

  play(shown = 0) {
    const responses = this.responses();
    if (shown >= responses.length) {
      this.stop();
      return;
    }
    const { delay } = responses[shown] ?? {};
    const wait = typeof delay === "number" ? Math.min(Math.max(delay, 0), LONGEST) : DEFAULT;
    this.shown = shown;
    this.timer = setTimeout(() => this.play(shown + 1), wait);
    this.onStep();
  }

  stop() {
    clearTimeout(this.timer);
    this.shown = Infinity;
    this.onStep();
  }
}
