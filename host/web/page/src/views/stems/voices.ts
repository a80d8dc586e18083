// One file that sounds: decoded where it is short, as a media element where it is not.

/** Off by so much, it plays a little faster or slower until it is not. */
const SLACK_SECS = 0.002;
/** Off by so much, it jumps. */
const JUMP_SECS = 0.2;
const MOST_BEND = 0.03;
const ENOUGH = HTMLMediaElement.HAVE_FUTURE_DATA;

export interface Voice {
  readonly output: AudioNode;
  /** Ready to start at so many seconds. */
  ready(from: number): Promise<void>;
  /** Starts at a time of the context. */
  start(at: number, from: number): void;
  stop(): void;
  /** Holds it to where it should be. */
  hold(position: number): void;
  end(): void;
}

/** Starts to the sample. */
export class BufferVoice implements Voice {
  readonly output: GainNode;
  #buffer: AudioBuffer;
  #source: AudioBufferSourceNode | undefined;

  constructor(context: AudioContext, buffer: AudioBuffer) {
    this.output = context.createGain();
    this.#buffer = buffer;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  start(at: number, from: number): void {
    this.stop();
    if (from >= this.#buffer.duration) return;
    this.#source = new AudioBufferSourceNode(this.output.context, { buffer: this.#buffer });
    this.#source.connect(this.output);
    this.#source.start(at, from);
  }

  stop(): void {
    this.#source?.stop();
    this.#source?.disconnect();
    this.#source = undefined;
  }

  hold(): void {
    // It runs by the context's own clock.
  }

  end(): void {
    this.stop();
    this.output.disconnect();
  }
}

/** Streams a file of any length; its own clock drifts and is corrected. */
export class MediaVoice implements Voice {
  readonly output: MediaElementAudioSourceNode;
  #media = new Audio();
  #onstall: () => unknown;

  constructor(context: AudioContext, url: string, onstall: () => void) {
    this.#media.preload = "auto";
    // Its pitch bends by less than one hears; stretching it would be heard.
    this.#media.preservesPitch = false;
    this.#media.src = url;
    // A jump waits as well, and alone.
    this.#onstall = () => this.#media.seeking || onstall();
    this.#media.addEventListener("waiting", this.#onstall);
    this.output = context.createMediaElementSource(this.#media);
  }

  async ready(from: number): Promise<void> {
    const media = this.#media;
    const isReady = () => media.readyState >= ENOUGH && !media.seeking;
    if (media.error) throw new Error(media.error.message);
    if (Math.abs(media.currentTime - from) > SLACK_SECS) media.currentTime = from;
    if (isReady()) return;
    await new Promise<void>((done, failed) => {
      const over = new AbortController();
      const check = () => {
        if (!isReady() && !media.error) return;
        over.abort();
        if (media.error) failed(new Error(media.error.message));
        else done();
      };
      for (const event of ["canplay", "seeked", "error"]) media.addEventListener(event, check, { signal: over.signal });
    });
  }

  start(_at: number, from: number): void {
    if (from < this.#media.duration) void this.#media.play().catch(this.#onstall);
  }

  stop(): void {
    this.#media.pause();
    this.#media.playbackRate = 1;
  }

  hold(position: number): void {
    const media = this.#media;
    if (media.paused || media.seeking || media.ended) return;
    const late = position - media.currentTime;
    if (Math.abs(late) > JUMP_SECS) media.currentTime = position;
    const bend = Math.abs(late) < SLACK_SECS ? 0 : Math.min(MOST_BEND, Math.max(-MOST_BEND, late));
    media.playbackRate = 1 + bend;
  }

  end(): void {
    this.#media.removeEventListener("waiting", this.#onstall);
    this.#media.pause();
    this.output.disconnect();
    this.#media.removeAttribute("src");
    this.#media.load();
  }
}
