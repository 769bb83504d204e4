// Plays a reply as a user meets it: each response after its delay.

const DEFAULT = 1000; // what ChatBot waits where a response has no delay
const LONGEST = 10000;

export class Player {
  /** @param {() => Array} responses as they are by then @param {() => void} onStep called after each change */
  constructor(responses, onStep) {
    this._responses = responses;
    this._onStep = onStep;
    this.stop(() => {});
  }

  get playing() {
    return this.shown < Infinity;
  }

  /** @param {number} shown so many responses are there; the next one is being typed */
  play(shown = 0) {
    const responses = this._responses();
    if (shown >= responses.length) return this.stop();
    this.shown = shown;
    this._onStep();
    const delay = responses[shown]?.delay;
    const wait = typeof delay === "number" ? Math.min(Math.max(delay, 0), LONGEST) : DEFAULT;
    this._timer = setTimeout(() => this.play(shown + 1), wait);
    return undefined;
  }

  /** Show all at once. */
  stop(onStep = this._onStep) {
    clearTimeout(this._timer);
    this.shown = Infinity;
    onStep();
  }
}
