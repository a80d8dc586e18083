// A song that is made up: beats over a tone, as 16-bit WAV, mono.

const RATE = 22_050;
const HEADER_BYTES = 44;

export function song(seconds: number): Buffer {
  const frames = Math.round(seconds * RATE);
  const wav = Buffer.alloc(HEADER_BYTES + 2 * frames);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(2 * RATE, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(2 * frames, 40);
  // The same noise every time.
  let noise = 1;
  for (let frame = 0; frame < frames; frame += 1) {
    const time = frame / RATE;
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) & 0x7fffffff;
    const beat = Math.exp(-30 * (time % 0.5)) * (noise / 0x40000000 - 1);
    const tone = Math.sin(2 * Math.PI * 220 * time);
    wav.writeInt16LE(Math.round(32_767 * (0.4 * beat + 0.3 * tone)), HEADER_BYTES + 2 * frame);
  }
  return wav;
}
