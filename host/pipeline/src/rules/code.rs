//! All rules in one table: what their codes mean, an example of each, and how it is mended. `explain`, `RULES.md` and the
//! checks themselves read this table and no other.

use std::fmt;

/// Whether a broken rule prevents the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The pipeline is not started.
    Error,
    /// It is started, and does most likely not what was meant.
    Warning,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $code:literal, $severity:ident, $title:literal, $cause:literal, $example:literal, $fix:literal;)*) => {
        /// A rule's stable code: a program may rely on its text, a person may ask what it means. Basic rules come first: the
        /// first fault reported is the first to mend.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $rule,)*
        }

        impl Code {
            /// All rules, basic ones first.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];

            /// The code, as `P030`. Any.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$rule => $code,)* }
            }

            /// Whether breaking it prevents the start. Any.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity,)* }
            }

            /// The rule in a line. Any.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$rule => $title,)* }
            }

            /// Why there is such a rule. Any.
            pub const fn cause(self) -> &'static str {
                match self { $(Self::$rule => $cause,)* }
            }

            /// A piece of a graph file that breaks it. Any.
            pub const fn example(self) -> &'static str {
                match self { $(Self::$rule => $example,)* }
            }

            /// What to do about it. Any.
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$rule => $fix,)* }
            }
        }
    };
}

rules! {
    UnknownKind = "P030", Error, "a kind that does not exist", "A task names a kind that no registry has.", "kind = \"rfftt\"", "Name one of the kinds that `ripieno graph kinds` lists.";
    UnknownParam = "P031", Error, "a parameter that the kind does not have", "", "", "";
    MissingParam = "P032", Error, "a parameter that must be given", "", "", "";
    ParamType = "P033", Error, "a parameter of the wrong type", "", "", "";
    ParamRange = "P034", Error, "a parameter outside its range", "", "", "";
}

impl Code {
    /// The rule of this code, in any case of letters. Any.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name.trim()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
