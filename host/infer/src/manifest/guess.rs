//! A manifest for a lone ONNX file: from metadata in one of the two dialects that exist, or from shapes where they leave no
//! doubt. What cannot be known is refused with what to write down.

use crate::driver::shown_shape;
use crate::onnx::OnnxFile;
use crate::{ElementKind, ModelError, Slot};
use ripieno_types::SampleRate;
use serde_json::Value;
use std::fmt::Write as _;

/// The rate of most models of music, taken where a file does not say.
const USUAL_RATE: u32 = 44_100;

/// A manifest that was made for a file, as text, and what of it is a guess.
#[derive(Debug)]
pub(crate) struct Guess {
    pub text: String,
    pub warnings: Vec<String>,
}

/// Makes a manifest for a lone file. Control.
///
/// # Errors
/// When the file does not say enough; the text says what a manifest must say.
pub(crate) fn guess(file: &OnnxFile) -> Result<Guess, ModelError> {
    let values = Values::of(file);
    if values.number(&["n_fft", "mdx_n_fft_scale_set"]).is_some() {
        return spectrum(file, &values);
    }
    if values.text(&["model_type"]).is_some_and(|kind| kind.to_lowercase().contains("spleeter")) {
        return Err(refuse(file, "it is one stem of a model of several files"));
    }
    waveform(file, &values)
}

fn refuse(file: &OnnxFile, why: &str) -> ModelError {
    let list = |slots: &[Slot]| {
        slots.iter().map(|slot| format!("{} {}", slot.name, shown_shape(&slot.shape))).collect::<Vec<_>>().join(", ")
    };
    ModelError::invalid(format!(
        "{} does not say how it is to be run: {why} (inputs: {}; outputs: {}); write a model.toml beside it that names kind, \
         sample_rate, channels, stems and [graph.main], see MANIFEST.md",
        file.path.display(),
        list(&file.inputs),
        list(&file.outputs)
    ))
}

/// One graph for samples: `[1, C, T]` in; `[1, S, C, T]` or `[1, C, T]` out.
fn waveform(file: &OnnxFile, values: &Values) -> Result<Guess, ModelError> {
    let ([input], [output]) = (file.inputs.as_slice(), file.outputs.as_slice()) else {
        return Err(refuse(file, "it has more than one input or output"));
    };
    let float = |slot: &Slot| matches!(slot.kind, ElementKind::F32 | ElementKind::F16);
    let one = |axis: Option<usize>| axis.is_none_or(|length| length == 1);
    let (Some(channels), Some(stems), true) = (match (input.shape.as_slice(), output.shape.as_slice()) {
        ([batch, Some(channels @ 1..=2), _], [out_batch, out_channels, _])
            if one(*batch) && one(*out_batch) && out_channels.is_none_or(|own| own == *channels) =>
        {
            (Some(*channels), Some(1), float(input) && float(output))
        }
        ([batch, Some(channels @ 1..=2), _], [out_batch, Some(stems @ 1..=16), out_channels, _])
            if one(*batch) && one(*out_batch) && out_channels.is_none_or(|own| own == *channels) =>
        {
            (Some(*channels), Some(*stems), float(input) && float(output))
        }
        _ => (None, None, false),
    }) else {
        return Err(refuse(file, "its shapes are not those of samples in and samples out"));
    };
    let mut warnings = Vec::new();
    let rate = values.rate(&mut warnings)?;
    let names = values.stems(stems).unwrap_or_else(|| {
        warnings.push("the file does not name its stems; a manifest can".to_owned());
        (1..=stems).map(|number| format!("stem{number}")).collect()
    });
    let complement = (stems == 1).then_some("residual");
    let mut text = head(file, values, "waveform", rate, channels, &names, complement);
    let _ = write!(
        text,
        "\n[graph.main]\nfile = {}\nin = {{ mix = {} }}\nout = {{ stems = {} }}\n\n[chunk]\noverlap = 0.25\n",
        quoted(&file_name(file)),
        quoted(&input.name),
        quoted(&output.name)
    );
    Ok(Guess { text, warnings })
}

/// An MDX-Net: real and imaginary parts of left and right in, the same out.
fn spectrum(file: &OnnxFile, values: &Values) -> Result<Guess, ModelError> {
    let ([input], [output]) = (file.inputs.as_slice(), file.outputs.as_slice()) else {
        return Err(refuse(file, "its metadata speaks of a spectrum, but it has more than one input or output"));
    };
    let (&[_, Some(4), bins, frames], 4) = (input.shape.as_slice(), output.shape.len()) else {
        return Err(refuse(file, "its metadata speaks of a spectrum, but its input is not [1, 4, bins, frames]"));
    };
    let n_fft = values.number(&["n_fft", "mdx_n_fft_scale_set"]);
    let bins = bins.map(|bins| bins as u64).or_else(|| values.number(&["dim_f", "mdx_dim_f_set"]));
    // In the lists of UVR the number of frames is a power of two, given by its exponent.
    let power = values.number(&["mdx_dim_t_set"]).filter(|power| *power < 16).map(|power| 1 << power);
    let frames = frames.map(|frames| frames as u64).or_else(|| values.number(&["dim_t"])).or(power);
    let (Some(n_fft), Some(bins), Some(frames)) = (n_fft, bins, frames) else {
        return Err(refuse(file, "its metadata does not say n_fft, dim_f and dim_t"));
    };
    let mut warnings = Vec::new();
    if n_fft == 2 * bins {
        warnings.push(format!(
            "n_fft is {n_fft}, twice the {bins} bins: some tools write that without knowing; if stems sound wrong, say \
             stft.n_fft in a manifest"
        ));
    }
    let rate = values.rate(&mut warnings)?;
    let hop = values.number(&["hop_length", "hop"]).unwrap_or(1024);
    let win = values.number(&["win_length"]).unwrap_or(n_fft);
    let gain = values.float(&["compensate", "gain"]).unwrap_or(1.0);
    let (stem, complement) = primary(file, values, &mut warnings);
    let mut text = head(file, values, "stft", rate, 2, &[stem], Some(&complement));
    let _ = write!(
        text,
        "gain = {gain:?}\n\n[graph.main]\nfile = {}\nin = {{ spec = {} }}\nout = {{ spec = {} }}\n\n\
         [chunk]\noverlap = 0.25\nwindow = \"hann\"\nedge = \"reflect\"\n\n\
         [stft]\nn_fft = {n_fft}\nwin = {win}\nhop = {hop}\nwindow = \"hann_periodic\"\ncenter = true\npad = \"reflect\"\n\
         scale = \"none\"\nlayout = \"cac_lr\"\nbins = {bins}\nframes = {frames}\nzero_low_bins = 3\noutput = \"spectrum\"\n",
        quoted(&file_name(file)),
        quoted(&input.name),
        quoted(&output.name)
    );
    Ok(Guess { text, warnings })
}

/// What an MDX-Net gives and what is left: as its metadata says, else as its name does.
fn primary(file: &OnnxFile, values: &Values, warnings: &mut Vec<String>) -> (String, String) {
    let said = values.text(&["primary_stem"]).map(|stem| stem.trim().to_lowercase()).filter(|stem| !stem.is_empty());
    let name = id(file, values).to_lowercase();
    let stem = said.or_else(|| {
        ["inst", "voc", "drums", "bass", "other"].into_iter().find(|word| name.contains(word)).map(|word| match word {
            "inst" => "instrumental".to_owned(),
            "voc" => "vocals".to_owned(),
            word => word.to_owned(),
        })
    });
    match stem.as_deref() {
        Some("instrumental") => ("instrumental".to_owned(), "vocals".to_owned()),
        Some("vocals") => ("vocals".to_owned(), "instrumental".to_owned()),
        Some("residual") | None => {
            warnings.push("the file does not say what it separates; a manifest can name its stem".to_owned());
            ("target".to_owned(), "residual".to_owned())
        }
        Some(other) => (other.to_owned(), format!("no {other}")),
    }
}

fn head(
    file: &OnnxFile,
    values: &Values,
    kind: &str,
    rate: u32,
    channels: usize,
    stems: &[String],
    complement: Option<&str>,
) -> String {
    let stems: Vec<_> = stems.iter().map(|stem| quoted(stem)).collect();
    let complement = complement.map(|name| format!("complement = {}\n", quoted(name))).unwrap_or_default();
    format!(
        "schema = 1\nid = {}\nkind = \"{kind}\"\nsample_rate = {rate}\nchannels = {channels}\nstems = [{}]\n{complement}",
        quoted(&id(file, values)),
        stems.join(", ")
    )
}

fn id(file: &OnnxFile, values: &Values) -> String {
    let stem = || file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    values.text(&["model_name"]).filter(|name| !name.trim().is_empty()).unwrap_or_else(stem)
}

fn file_name(file: &OnnxFile) -> String {
    file.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Text as TOML writes it.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// What a file's metadata says: keys of its own, or one key that holds JSON.
struct Values {
    values: Vec<(String, Value)>,
}

impl Values {
    fn of(file: &OnnxFile) -> Self {
        let mut values: Vec<(String, Value)> =
            file.metadata.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect();
        // The own keys of a file come before those in JSON.
        for key in ["sep_meta", "model_config"] {
            let parsed = file.metadata(key).and_then(|text| serde_json::from_str::<Value>(text).ok());
            if let Some(Value::Object(object)) = parsed {
                values.extend(object);
            }
        }
        Self { values }
    }

    fn find(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().find_map(|key| self.values.iter().find(|(own, _)| own == key).map(|(_, value)| value))
    }

    fn text(&self, keys: &[&str]) -> Option<String> {
        self.find(keys).and_then(Value::as_str).map(str::to_owned)
    }

    fn float(&self, keys: &[&str]) -> Option<f64> {
        let value = self.find(keys)?;
        value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|value| value.is_finite())
    }

    /// A whole number from 1.
    fn number(&self, keys: &[&str]) -> Option<u64> {
        let value = self.find(keys)?;
        value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|value| (1..1 << 31).contains(value))
    }

    fn rate(&self, warnings: &mut Vec<String>) -> Result<u32, ModelError> {
        let Some(rate) = self.number(&["sample_rate", "samplerate"]) else {
            warnings.push(format!(
                "the file does not say its sample rate, {USUAL_RATE} Hz is taken; a manifest can say it"
            ));
            return Ok(USUAL_RATE);
        };
        let rate = u32::try_from(rate).unwrap_or(u32::MAX);
        SampleRate::new(rate).map_err(|error| ModelError::invalid(format!("the file's metadata: {error}")))?;
        Ok(rate)
    }

    /// Names of stems, where there are as many as wanted.
    fn stems(&self, count: usize) -> Option<Vec<String>> {
        let names: Vec<String> = match self.find(&["stems", "sources", "instruments"])? {
            Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::String(text) => text.split([',', ';']).map(|name| name.trim().to_owned()).collect(),
            _ => return None,
        };
        let numbers = names.iter().any(|name| name.is_empty() || name.parse::<f64>().is_ok());
        (names.len() == count && !numbers).then_some(names)
    }
}
