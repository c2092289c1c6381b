//! How the memory is divided between the tables.

use super::settings::Settings;

/// Octets of each table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Of everybody who stands in no list.
    pub default: TierMemory,
    /// Of each of the other tiers that are counted. They have tables of their own, so that no flood of strangers
    /// reaches those who are listed.
    pub listed: TierMemory,
    /// Refusals of clients of all tiers.
    pub refusals: u64,
    /// Who saw what.
    pub seen: u64,
    /// Bans.
    pub bans: u64,
}

/// Octets of the tables of one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierMemory {
    /// Questions of clients.
    pub questions: u64,
    /// Questions of networks.
    pub network_questions: u64,
    /// Registrations that clients and networks saw.
    pub registrations: u64,
}

/// Parts of the whole: a default tier with 16 + 5 + 9, two listed tiers with 2 + 1 + 1 each, and the rest.
const PARTS: u64 = 48;

impl Memory {
    /// The division of [`Settings::memory_mebibytes`].
    pub fn of(settings: &Settings) -> Memory {
        let part = (u64::from(settings.memory_mebibytes) << 20) / PARTS;
        Memory {
            default: TierMemory { questions: part * 16, network_questions: part * 5, registrations: part * 9 },
            listed: TierMemory { questions: part * 2, network_questions: part, registrations: part },
            refusals: part * 3,
            seen: part * 5,
            bans: part * 2,
        }
    }
}
