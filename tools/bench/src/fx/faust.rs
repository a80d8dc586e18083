//! C++ by Faust, made, compiled and run on the spot. Each round runs the program anew; it times itself.

use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// Where programs are made; without `faust` and `g++` there are none, and it says so.
pub struct Faust {
    folder: Option<TempDir>,
}

/// One compiled effect.
pub struct Program {
    path: PathBuf,
}

/// Effects in Faust, with the parameters smoothed as its users do and the same settings as ours.
const EFFECTS: [(&str, &str); 7] = [
    ("volume", "par(i, 2, *(hslider(\"gain\", 0.7, 0, 1, 0.001) : si.smoo))"),
    ("filter", "par(i, 2, fi.svf.lp(hslider(\"cutoff\", 1131, 80, 16000, 1) : si.smoo, 2.0))"),
    ("pitch", "par(i, 2, ef.transpose(1024, 512, hslider(\"shift\", 4.8, -12, 12, 0.01)))"),
    (
        "chorus",
        "ch(0), ch(0.25) with {
            ch(p) = _ <: *(0.7), (de.fdelay4(2048, (7 + 2.75 * os.oscp(1.57, 2 * ma.PI * p)) * ma.SR / 1000) * 0.3) :> _;
        }",
    ),
    (
        "delay",
        "par(i, 2, _ <: *(0.7), ((+ : de.delay(65536, int(0.335 * ma.SR))) ~ *(fb) : *(0.3)) :> _)
        with { fb = hslider(\"feedback\", 0.255, 0, 0.85, 0.001) : si.smoo; }",
    ),
    (
        "reverb",
        "_, _ <: (*(0.7), *(0.7)), (re.stereo_freeverb(0.84, 0.5, 0.2, 23) : *(0.3), *(0.3)) :> _, _",
    ),
    ("pan", "*(l), *(r) with { p = hslider(\"pan\", 0.4, 0, 1, 0.001) : si.smoo; l = min(1, 2 - 2 * p); r = min(1, 2 * p); }"),
];

/// The least that a Faust class needs around it: sliders set to their defaults, noise in, nanoseconds per frame out.
const AROUND: &str = r#"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <vector>
#define FAUSTFLOAT float
struct Meta { void declare(const char*, const char*) {} };
struct UI {
    void openVerticalBox(const char*) {} void openHorizontalBox(const char*) {} void openTabBox(const char*) {}
    void closeBox() {} void declare(float*, const char*, const char*) {}
    void addHorizontalSlider(const char*, float* z, float v, float, float, float) { *z = v; }
    void addVerticalSlider(const char*, float* z, float v, float, float, float) { *z = v; }
};
struct dsp { virtual ~dsp() {} };
<<includeIntrinsic>>
<<includeclass>>
int main() {
    const int block = 64, blocks = 700, frames = block * blocks;
    mydsp* effect = new mydsp();
    UI ui;
    effect->init(44100);
    effect->buildUserInterface(&ui);
    std::vector<float> in[2];
    for (int c = 0; c < 2; c++) {
        uint32_t state = c + 1;
        for (int i = 0; i < frames; i++) {
            state = state * 1664525u + 1013904223u;
            in[c].push_back((float)(int32_t)state / 4294967296.0f);
        }
    }
    float l[block], r[block];
    float* out[2] = {l, r};
    double figure = 0;
    for (int pass = 0; pass < 4; pass++) {
        timespec a, b;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
        for (int i = 0; i < blocks; i++) {
            float* input[2] = {&in[0][i * block], &in[1][i * block]};
            effect->compute(block, input, out);
            asm volatile("" : : "r"(l), "r"(r) : "memory");
        }
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
        figure = ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / frames;
    }
    printf("%f\n", figure);
}
"#;

impl Faust {
    /// Looks for the tools.
    pub fn new() -> Self {
        let works = |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|out| out.status.success());
        let missing: Vec<&str> = ["faust", "g++"].into_iter().filter(|tool| !works(tool)).collect();
        if !missing.is_empty() {
            println!(
                "\n**FAUST IS NOT IN THESE TABLES: {} not found (apt-get install faust g++)**",
                missing.join(", ")
            );
            return Self { folder: None };
        }
        Self { folder: tempfile::tempdir().ok() }
    }

    /// Compiles one effect, or all seven as `chain`.
    pub fn program(&self, name: &str) -> Option<Program> {
        let folder = self.folder.as_ref()?.path();
        let body = |name: &str| EFFECTS.iter().find(|(own, _)| *own == name).map(|(_, body)| *body);
        let text = if name == "chain" {
            let definitions: String = EFFECTS.iter().map(|(name, body)| format!("fx_{name} = {body};\n")).collect();
            let names = EFFECTS.map(|(name, _)| format!("fx_{name}"));
            format!("{definitions}process = {};\n", names.join(" : "))
        } else {
            format!("process = {};\n", body(name)?)
        };
        match self.compile(folder, name, &format!("import(\"stdfaust.lib\");\n{text}")) {
            Ok(path) => Some(Program { path }),
            Err(message) => {
                println!("\n**FAUST'S {name} IS NOT IN THESE TABLES: {message}**");
                None
            }
        }
    }

    fn compile(&self, folder: &std::path::Path, name: &str, text: &str) -> Result<PathBuf, String> {
        let file = |ending: &str| folder.join(format!("{name}{ending}"));
        let write = |path: &PathBuf, text: &str| {
            use std::io::Write as _;
            std::fs::File::create(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|e| e.to_string())
        };
        write(&file(".dsp"), text)?;
        write(&file(".arch"), AROUND)?;
        let run = |command: &mut Command| match command.output() {
            Ok(out) if out.status.success() => Ok(()),
            Ok(out) => Err(String::from_utf8_lossy(&out.stderr).into_owned()),
            Err(error) => Err(error.to_string()),
        };
        run(Command::new("faust").arg("-a").arg(file(".arch")).arg("-o").arg(file(".cpp")).arg(file(".dsp")))?;
        run(Command::new("g++").args(["-O3", "-o"]).arg(file("")).arg(file(".cpp")))?;
        Ok(file(""))
    }
}

impl Program {
    /// One run: nanoseconds per frame, NaN when it failed.
    pub fn sample(&self) -> f64 {
        let printed = Command::new(&self.path).output().map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
        printed.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(f64::NAN)
    }
}
