//! Directories for networks: any name becomes one that every file system takes.

use std::fmt::Write;

/// The longest piece of a name that is kept readable.
const READABLE: usize = 80;

/// `main` stays `main`; what cannot stand in a file name stands there as its hexadecimal, and a long name is cut and numbered by its hash.
pub(crate) fn directory_of(network: &str) -> String {
    let mut name = String::from("n-");
    for byte in network.bytes() {
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_' {
            name.push(char::from(byte));
        } else {
            // Capitals too: some file systems do not tell them from small letters.
            // Writing to a string does not fail.
            let _ = write!(name, "%{byte:02x}");
        }
    }
    if name.len() > READABLE {
        // FNV-1a: the same in every process and every version.
        let hash = network.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        name.truncate(READABLE);
        let _ = write!(name, "%-{hash:016x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn different_networks_have_different_directories(a in ".{0,200}", b in ".{0,200}") {
            prop_assert_eq!(a == b, directory_of(&a) == directory_of(&b));
            let name = directory_of(&a);
            prop_assert!(name.len() < 110 && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/'));
            prop_assert_eq!(name.to_ascii_lowercase(), name);
        }
    }

    #[test]
    fn a_plain_name_stays_readable() {
        assert_eq!(directory_of("main"), "n-main");
        assert_eq!(directory_of(""), "n-");
        assert_eq!(directory_of("A/ü"), "n-%41%2f%c3%bc");
    }
}
