//! How a name stands beside its credentials.

/// What may stand before a name and is no part of it, without the full stop.
pub(super) const ADDRESSES: [&str; 8] = ["dr", "doctor", "prof", "professor", "mr", "mrs", "ms", "miss"];

/// Whether a word is a form of address: "Dr.", "Professor".
pub(super) fn is_address(word: &str) -> bool {
    ADDRESSES.contains(&word.trim_end_matches('.').to_lowercase().as_str())
}

/// The name as it stands beside the credentials: they replace a form of address and are not said twice
/// ("Jane Doe, MD", never "Dr. Jane Doe, MD").
#[must_use]
pub fn bare_name(name: &str, credentials: &str) -> String {
    if credentials.is_empty() {
        return name.to_owned();
    }
    let mut name = name.strip_suffix(credentials).map_or(name, |n| n.trim_end_matches([' ', ',']));
    while let Some((first, rest)) = name.split_once(' ')
        && is_address(first)
    {
        name = rest;
    }
    name.to_owned()
}

/// The name as printed: "Jane Doe, MD, PhD"; without credentials the name alone.
#[must_use]
pub fn full_name(name: &str, credentials: &str) -> String {
    let name = bare_name(name, credentials);
    if credentials.is_empty() { name } else { format!("{name}, {credentials}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_address_gives_way_to_credentials() {
        assert_eq!(full_name("Dr. Jane Doe", "MD, PhD"), "Jane Doe, MD, PhD");
        assert_eq!(full_name("Prof. Dr. Jane Doe, MD", "MD"), "Jane Doe, MD");
        assert_eq!(full_name("Dr. Jane Doe", ""), "Dr. Jane Doe");
        assert_eq!(full_name("Drew Prof", "MD"), "Drew Prof, MD");
        assert_eq!(bare_name("Dr. Jane Doe", "MD"), "Jane Doe");
    }
}
