//! The musical kinds of task, for graph files and for programs: `host/pipeline` itself knows no music.

mod audio_sink;
mod device;
mod fx;
mod meter;
mod mic;
mod separate;
mod sound;
mod spectrum;
mod synth;
mod wav_sink;
mod wav_source;

use ripieno_pipeline::Registry;

/// Every kind there is: those of any signal, and those of music. Any.
pub fn registry() -> Registry {
    let mut registry = Registry::standard();
    registry
        .add(audio_sink::AudioSink)
        .add(fx::Fx)
        .add(meter::Meter)
        .add(mic::Mic)
        .add(separate::Separate::default())
        .add(spectrum::Spectrum)
        .add(synth::Synth)
        .add(wav_sink::WavSink)
        .add(wav_source::WavSource);
    registry
}
