// What a stem goes through on its way out: cuts and gain, the same when it is heard and when it is saved.

export interface Effects {
  gain_db: number;
  /** Takes away what is below, in hertz; 0 takes nothing. */
  low_cut_hz: number;
  /** Takes away what is above, in hertz; 0 takes nothing. */
  high_cut_hz: number;
}

export const GAIN_DB = 24;
export const LOW_CUT_HZ = [20, 2000] as const;
export const HIGH_CUT_HZ = [500, 20000] as const;
export const PLAIN: Effects = { gain_db: 0, low_cut_hz: 0, high_cut_hz: 0 };

/** A fourth-order Butterworth filter is two of these; in decibels, as Web Audio has it. */
const RESONANCES_DB = [20 * Math.log10(0.5412), 20 * Math.log10(1.3066)];
/** Nothing clicks. */
const GLIDE_SECS = 0.01;

export const linear = (db: number) => 10 ** (db / 20);

type Cut = "highpass" | "lowpass";

export class Strip {
  readonly input: GainNode;
  #context: BaseAudioContext;
  #output: GainNode;
  #filters: Record<Cut, BiquadFilterNode[]> = { highpass: [], lowpass: [] };

  constructor(context: BaseAudioContext) {
    this.#context = context;
    this.input = context.createGain();
    this.#output = context.createGain();
    this.#output.gain.value = 0;
    this.input.connect(this.#output).connect(context.destination);
  }

  set(effects: Effects, isHeard: boolean): void {
    const hasChanged = [this.#cut("highpass", effects.low_cut_hz), this.#cut("lowpass", effects.high_cut_hz)].includes(true);
    if (hasChanged) this.#connect();
    this.#glide(this.#output.gain, isHeard ? linear(effects.gain_db) : 0);
  }

  /** At once, where nothing sounds yet. */
  settle(effects: Effects): void {
    this.set(effects, true);
    this.#output.gain.cancelScheduledValues(0);
    this.#output.gain.value = linear(effects.gain_db);
  }

  end(): void {
    this.#output.disconnect();
  }

  /** True if the filter came or went. */
  #cut(type: Cut, frequency: number): boolean {
    const filters = this.#filters[type];
    if (frequency > 0 && filters.length > 0) {
      for (const filter of filters) this.#glide(filter.frequency, frequency);
      return false;
    }
    if (frequency > 0 === filters.length > 0) return false;
    for (const filter of filters) filter.disconnect();
    const make = (Q: number) => new BiquadFilterNode(this.#context, { type, Q, frequency });
    this.#filters[type] = frequency > 0 ? RESONANCES_DB.map(make) : [];
    return true;
  }

  #connect(): void {
    this.input.disconnect();
    let last: AudioNode = this.input;
    for (const filter of [...this.#filters.highpass, ...this.#filters.lowpass]) {
      filter.disconnect();
      last = last.connect(filter);
    }
    last.connect(this.#output);
  }

  #glide(parameter: AudioParam, value: number): void {
    parameter.setTargetAtTime(value, this.#context.currentTime, GLIDE_SECS);
  }
}
