//! What both ways of summing voices share: ramps, attacks and fades.
//!
//! Everything that changes within a control period is a closed form of the frame's place in it, never a running sum, so
//! a period may be cut anywhere and give the same bytes.

/// Partial sums of filtered voices, and on wide processors voices that are worked on at once.
pub const LANES: usize = 8;

/// Frames between two looks at envelopes, oscillators and controllers: a grid over the synth's own frame count.
pub const CONTROL_FRAMES: usize = 64;

/// One control period of one voice.
pub type Line = [f32; CONTROL_FRAMES];

/// A value that moves linearly through a control period.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ramp {
    /// The value at the period's first frame.
    pub base: f32,
    /// Change a frame.
    pub slope: f32,
}

impl Ramp {
    /// Stays at a value.
    pub fn hold(value: f32) -> Self {
        Self { base: value, slope: 0.0 }
    }

    /// Stays where it is.
    #[inline(always)]
    pub fn is_still(self) -> bool {
        self.slope == 0.0
    }

    /// Is nothing and stays so.
    #[inline(always)]
    pub fn is_zero(self) -> bool {
        self.base == 0.0 && self.is_still()
    }

    /// The value at a frame of the period.
    #[inline(always)]
    pub fn at(self, frame: usize) -> f32 {
        self.base + self.slope * frame as f32
    }

    /// The next period: from where this one ends.
    #[inline]
    pub fn next(self, target: f32) -> Self {
        let base = self.at(CONTROL_FRAMES);
        Self { base, slope: (target - base) * (1.0 / CONTROL_FRAMES as f32) }
    }

    /// From where it is at frame `from` (0: where the period before ends) to a target at the period's end.
    #[inline]
    pub fn towards(self, target: f32, from: usize) -> Self {
        if from == 0 {
            return self.next(target);
        }
        let value = self.at(from);
        let slope = (target - value) / CONTROL_FRAMES.saturating_sub(from).max(1) as f32;
        Self { base: value - slope * from as f32, slope }
    }

    /// Multiplied as a whole.
    #[inline]
    pub fn scaled(self, factor: f32) -> Self {
        Self { base: self.base * factor, slope: self.slope * factor }
    }
}

/// One value a lane: of a voice, or of a channel of one.
pub type Lanes = [f32; LANES];

/// One control period, a column a lane.
pub type Period = [Lanes; CONTROL_FRAMES];

/// A [`Ramp`] a lane.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ramps {
    /// The values at the period's first frame.
    pub base: Lanes,
    slope: Lanes,
}

impl Ramps {
    /// Zero.
    pub const STILL: Self = Self { base: [0.0; LANES], slope: [0.0; LANES] };

    /// Puts one lane's ramp in.
    #[inline]
    pub fn set(&mut self, lane: usize, ramp: Ramp) {
        (self.base[lane % LANES], self.slope[lane % LANES]) = (ramp.base, ramp.slope);
    }

    /// A lane's value at a frame of the period.
    #[inline(always)]
    pub fn at(&self, lane: usize, t: f32) -> f32 {
        self.base[lane] + self.slope[lane] * t
    }
}

/// One bus of a period.
#[derive(Clone, Debug)]
pub struct Sum {
    /// Voices without a filter.
    pub open: Line,
    /// The others: a row a frame, and within it a partial sum a lane.
    pub lanes: Period,
}

/// Where the voices of a period are summed: left, right, chorus, reverb.
pub type Sums = [Sum; 4];

impl Sum {
    /// Nothing.
    pub const SILENT: Self = Self { open: [0.0; CONTROL_FRAMES], lanes: [[0.0; LANES]; CONTROL_FRAMES] };
}

/// The frames of a period by number: a table, so that loops over frames vectorise.
pub const NUMBERS: Line = {
    let mut numbers = [0.0; CONTROL_FRAMES];
    let mut n = 0;
    while n < CONTROL_FRAMES {
        numbers[n] = n as f32;
        n += 1;
    }
    numbers
};

/// Defines a hot function once for the build's own target and, with `simd-dispatch`, once more for AVX2, chosen at run
/// time. Both compute the same bytes: no sum is reordered and nothing is fused.
macro_rules! hot {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block)*) => {$(
        $(#[$doc])*
        #[cfg_attr(
            all(feature = "simd-dispatch", target_arch = "x86_64"),
            multiversion::multiversion(targets("x86_64+avx+avx2"), dispatcher = "direct")
        )]
        pub fn $name($($argument: $type),*) $body
    )*};
}

pub(crate) use hot;

hot! {
    /// Multiplies frames `from..` of a voice by its attack.
    fn attack(onset: Ramp, from: usize, out: &mut [f32]) {
        for (frame, t) in out.iter_mut().zip(NUMBERS.get(from..).unwrap_or(&[])) {
            *frame *= (onset.base + onset.slope * t).clamp(0.0, 1.0);
        }
    }

    /// Multiplies frames `from..` of a voice by the end of a fade of `length` frames, `left` of them from the period's
    /// start.
    fn fade(left: f32, length: f32, from: usize, out: &mut [f32]) {
        for (frame, t) in out.iter_mut().zip(NUMBERS.get(from..).unwrap_or(&[])) {
            let x = ((left - t) / length).clamp(0.0, 1.0);
            *frame *= x * x * (3.0 - 2.0 * x);
        }
    }
}
