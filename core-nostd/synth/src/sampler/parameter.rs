//! What an SFZ part sets and what its links move: every number of a voice that is not a condition.

/// How what links add meets the part's own value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combination {
    /// Added in the parameter's unit.
    Sum,
    /// Multiplied: each link is a factor 0..=1 and beyond (`amplitude_onccN`).
    Product,
}

/// Declares the enumeration and its table in one place: name, default, range, combination.
macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident: $default:literal in $min:literal..=$max:literal $combination:ident,)*) => {
        /// A number that a part may set ([`Value`]) and a [`Link`](super::Link) may move.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Parameter { $($(#[$doc])* $name,)* }

        impl Parameter {
            /// Every parameter, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// What holds where a part says nothing, by number.
            pub const DEFAULTS: [f32; Self::COUNT] = [$($default,)*];

            /// What holds where a part says nothing. Any.
            pub const fn default(self) -> f32 {
                match self { $(Self::$name => $default,)* }
            }

            /// Least and greatest value, once links have moved it. Any.
            pub const fn range(self) -> (f32, f32) {
                match self { $(Self::$name => ($min, $max),)* }
            }

            /// How links join in. Any.
            pub const fn combination(self) -> Combination {
                match self { $(Self::$name => Combination::$combination,)* }
            }
        }
    };
}

parameters! {
    /// Decibels, all levels' volumes added.
    Volume: 0.0 in -144.0..=48.0 Sum,
    /// Linear; 1 is `amplitude=100`.
    Amplitude: 1.0 in 0.0..=100.0 Product,
    /// −100 (left) to 100 (right), per cent.
    Pan: 0.0 in -100.0..=100.0 Sum,
    /// Stereo width, −100 (swapped) to 100, per cent.
    Width: 100.0 in -100.0..=100.0 Sum,
    /// Place of the narrowed stereo picture, −100 to 100, per cent.
    Position: 0.0 in -100.0..=100.0 Sum,
    /// Send to the first effect bus (reverb), per cent.
    Effect1: 0.0 in 0.0..=100.0 Sum,
    /// Send to the second effect bus (chorus), per cent.
    Effect2: 0.0 in 0.0..=100.0 Sum,
    /// Cents: `tune`, and `transpose` times 100.
    Tune: 0.0 in -19200.0..=19200.0 Sum,
    /// First filter: cents that the cutoff is moved by.
    CutoffCents1: 0.0 in -14400.0..=14400.0 Sum,
    /// Second filter: the same.
    CutoffCents2: 0.0 in -14400.0..=14400.0 Sum,
    /// First filter: decibels.
    Resonance1: 0.0 in 0.0..=96.0 Sum,
    /// Second filter: decibels.
    Resonance2: 0.0 in 0.0..=96.0 Sum,
    /// First filter: decibels, of the kinds that shelve or peak.
    FilterGain1: 0.0 in -96.0..=96.0 Sum,
    /// Second filter: the same.
    FilterGain2: 0.0 in -96.0..=96.0 Sum,
    /// First equaliser band: hertz.
    EqFrequency1: 50.0 in 0.0..=30000.0 Sum,
    /// Octaves.
    EqBandwidth1: 1.0 in 0.001..=4.0 Sum,
    /// Decibels.
    EqGain1: 0.0 in -96.0..=24.0 Sum,
    /// Second band, as the first.
    EqFrequency2: 500.0 in 0.0..=30000.0 Sum,
    /// Octaves.
    EqBandwidth2: 1.0 in 0.001..=4.0 Sum,
    /// Decibels.
    EqGain2: 0.0 in -96.0..=24.0 Sum,
    /// Third band, as the first.
    EqFrequency3: 5000.0 in 0.0..=30000.0 Sum,
    /// Octaves.
    EqBandwidth3: 1.0 in 0.001..=4.0 Sum,
    /// Decibels.
    EqGain3: 0.0 in -96.0..=24.0 Sum,
    /// Cents at the top of the filter envelope, on the first filter's cutoff.
    FilterDepth: 0.0 in -12000.0..=12000.0 Sum,
    /// Cents at the top of the pitch envelope.
    PitchDepth: 0.0 in -12000.0..=12000.0 Sum,
    /// Amplitude LFO (`amplfo`): hertz.
    AmpLfoFrequency: 0.0 in 0.0..=100.0 Sum,
    /// Decibels.
    AmpLfoDepth: 0.0 in -96.0..=96.0 Sum,
    /// Filter LFO (`fillfo`): hertz.
    FilterLfoFrequency: 0.0 in 0.0..=100.0 Sum,
    /// Cents.
    FilterLfoDepth: 0.0 in -12000.0..=12000.0 Sum,
    /// Pitch LFO (`pitchlfo`): hertz.
    PitchLfoFrequency: 0.0 in 0.0..=100.0 Sum,
    /// Cents.
    PitchLfoDepth: 0.0 in -12000.0..=12000.0 Sum,
    /// Generators: cents between the voices of `oscillator_multi`.
    OscillatorDetune: 0.0 in -9600.0..=9600.0 Sum,
    /// Per cent: ring or frequency modulation between them.
    OscillatorDepth: 0.0 in 0.0..=10000.0 Sum,
    /// Decibels a key.
    AmpKeytrack: 0.0 in -96.0..=12.0 Sum,
    /// The key without it.
    AmpKeycenter: 60.0 in 0.0..=127.0 Sum,
    /// Per cent, −100 to 100: how much velocity makes louder.
    AmpVeltrack: 100.0 in -100.0..=100.0 Sum,
    /// Decibels, at most so much louder by chance.
    AmpRandom: 0.0 in 0.0..=24.0 Sum,
    /// Decibels a second that a release sample loses by the age of its note.
    RtDecay: 0.0 in 0.0..=200.0 Sum,
    /// The key at which the wave sounds as recorded.
    PitchKeycenter: 60.0 in -127.0..=254.0 Sum,
    /// Cents a key.
    PitchKeytrack: 100.0 in -1200.0..=1200.0 Sum,
    /// Cents from softest to loudest.
    PitchVeltrack: 0.0 in -9600.0..=9600.0 Sum,
    /// Cents, at most so much higher by chance.
    PitchRandom: 0.0 in 0.0..=9600.0 Sum,
    /// Cents at the wheel's upper end.
    BendUp: 200.0 in -9600.0..=9600.0 Sum,
    /// Cents at the wheel's lower end.
    BendDown: -200.0 in -9600.0..=9600.0 Sum,
    /// Cents; the bend moves in such steps.
    BendStep: 1.0 in 1.0..=1200.0 Sum,
    /// Milliseconds in which the bend follows the wheel.
    BendSmooth: 0.0 in 0.0..=10000.0 Sum,
    /// Frames of the wave passed over, beside the part's own.
    Offset: 0.0 in 0.0..=4294967040.0 Sum,
    /// Seconds before the voice begins.
    Delay: 0.0 in 0.0..=100.0 Sum,
    /// Seconds, at most so much later by chance.
    DelayRandom: 0.0 in 0.0..=100.0 Sum,
    /// First filter: hertz; 0 is without a filter (see [`Part::filters`](super::Part::filters)).
    Cutoff1: 0.0 in 0.0..=20000.0 Sum,
    /// First filter: cents a key.
    CutoffKeytrack1: 0.0 in -1200.0..=1200.0 Sum,
    /// The key without it.
    CutoffKeycenter1: 60.0 in 0.0..=127.0 Sum,
    /// Cents from softest to loudest.
    CutoffVeltrack1: 0.0 in -9600.0..=9600.0 Sum,
    /// Cents, at most so much higher by chance.
    CutoffRandom1: 0.0 in 0.0..=9600.0 Sum,
    /// Second filter: hertz, as the first.
    Cutoff2: 0.0 in 0.0..=20000.0 Sum,
    /// Second filter: cents a key.
    CutoffKeytrack2: 0.0 in -1200.0..=1200.0 Sum,
    /// The key without it.
    CutoffKeycenter2: 60.0 in 0.0..=127.0 Sum,
    /// Cents from softest to loudest.
    CutoffVeltrack2: 0.0 in -9600.0..=9600.0 Sum,
    /// Cents, at most so much higher by chance.
    CutoffRandom2: 0.0 in 0.0..=9600.0 Sum,
    /// First equaliser band: hertz from softest to loudest.
    EqVelocityFrequency1: 0.0 in -30000.0..=30000.0 Sum,
    /// Decibels from softest to loudest.
    EqVelocityGain1: 0.0 in -96.0..=96.0 Sum,
    /// Second band: hertz from softest to loudest.
    EqVelocityFrequency2: 0.0 in -30000.0..=30000.0 Sum,
    /// Decibels from softest to loudest.
    EqVelocityGain2: 0.0 in -96.0..=96.0 Sum,
    /// Third band: hertz from softest to loudest.
    EqVelocityFrequency3: 0.0 in -30000.0..=30000.0 Sum,
    /// Decibels from softest to loudest.
    EqVelocityGain3: 0.0 in -96.0..=96.0 Sum,
    /// Amplitude envelope (`ampeg`): seconds.
    AmpDelay: 0.0 in 0.0..=100.0 Sum,
    /// Per cent at which the attack begins.
    AmpStart: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    AmpAttack: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    AmpHold: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    AmpDecay: 0.0 in 0.0..=100.0 Sum,
    /// Per cent.
    AmpSustain: 100.0 in 0.0..=100.0 Sum,
    /// Seconds.
    AmpRelease: 0.001 in 0.0..=100.0 Sum,
    /// Seconds from softest to loudest.
    AmpVelocityDelay: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    AmpVelocityAttack: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    AmpVelocityHold: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    AmpVelocityDecay: 0.0 in -100.0..=100.0 Sum,
    /// Per cent.
    AmpVelocitySustain: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    AmpVelocityRelease: 0.0 in -100.0..=100.0 Sum,
    /// 0 is the kind's own curve; see the part's README on shapes.
    AmpAttackShape: 0.0 in -100.0..=100.0 Sum,
    /// As above.
    AmpDecayShape: 0.0 in -100.0..=100.0 Sum,
    /// As above.
    AmpReleaseShape: 0.0 in -100.0..=100.0 Sum,
    /// Filter envelope (`fileg`), as the amplitude's.
    FilterDelay: 0.0 in 0.0..=100.0 Sum,
    /// Per cent.
    FilterStart: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    FilterAttack: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    FilterHold: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    FilterDecay: 0.0 in 0.0..=100.0 Sum,
    /// Per cent.
    FilterSustain: 100.0 in 0.0..=100.0 Sum,
    /// Seconds.
    FilterRelease: 0.0 in 0.0..=100.0 Sum,
    /// Seconds from softest to loudest.
    FilterVelocityDelay: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    FilterVelocityAttack: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    FilterVelocityHold: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    FilterVelocityDecay: 0.0 in -100.0..=100.0 Sum,
    /// Per cent.
    FilterVelocitySustain: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    FilterVelocityRelease: 0.0 in -100.0..=100.0 Sum,
    /// Cents.
    FilterVelocityDepth: 0.0 in -12000.0..=12000.0 Sum,
    /// Pitch envelope (`pitcheg`), as the amplitude's.
    PitchDelay: 0.0 in 0.0..=100.0 Sum,
    /// Per cent.
    PitchStart: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    PitchAttack: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    PitchHold: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    PitchDecay: 0.0 in 0.0..=100.0 Sum,
    /// Per cent.
    PitchSustain: 100.0 in 0.0..=100.0 Sum,
    /// Seconds.
    PitchRelease: 0.0 in 0.0..=100.0 Sum,
    /// Seconds from softest to loudest.
    PitchVelocityDelay: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    PitchVelocityAttack: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    PitchVelocityHold: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    PitchVelocityDecay: 0.0 in -100.0..=100.0 Sum,
    /// Per cent.
    PitchVelocitySustain: 0.0 in -100.0..=100.0 Sum,
    /// Seconds.
    PitchVelocityRelease: 0.0 in -100.0..=100.0 Sum,
    /// Cents.
    PitchVelocityDepth: 0.0 in -12000.0..=12000.0 Sum,
    /// Amplitude LFO (`amplfo`): seconds before it begins.
    AmpLfoDelay: 0.0 in 0.0..=100.0 Sum,
    /// Seconds until it is there in full.
    AmpLfoFade: 0.0 in 0.0..=100.0 Sum,
    /// Filter LFO (`fillfo`): seconds.
    FilterLfoDelay: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    FilterLfoFade: 0.0 in 0.0..=100.0 Sum,
    /// Pitch LFO (`pitchlfo`): seconds.
    PitchLfoDelay: 0.0 in 0.0..=100.0 Sum,
    /// Seconds.
    PitchLfoFade: 0.0 in 0.0..=100.0 Sum,
    /// Generators: start phase in turns, −1 by chance.
    OscillatorPhase: 0.0 in -1.0..=1.0 Sum,
}

impl Parameter {
    /// So many of them, the first ones by number, may be moved by envelopes and LFOs too; the others by controllers and
    /// what a note begins with.
    pub const LIVE: usize = Self::OscillatorDepth as usize + 1;

    /// The parameter with this number. Any.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

super::record::record! {
    /// A number that a part sets.
    pub struct Value {
        /// A [`Parameter`]'s number.
        pub parameter: u16,
        /// Keeps what follows at four bytes.
        pub unused: u16,
        /// In the parameter's unit.
        pub value: f32,
    }
}
