//! Values that may be written in two ways, read so that a mistake inside keeps its line and its words.
//!
//! Untagged enums of serde try each way and forget why it failed; these look at the form first.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::expectation::{ArtifactExpect, Refused};
use super::scenario::OneOrMany;

/// Reads a word or a map.
struct WordOrMap<T> {
    what: &'static str,
    result: PhantomData<T>,
}

/// What a word and a map become.
trait FromWordOrMap: Sized {
    type Map: for<'de> Deserialize<'de>;
    fn word(word: &str) -> Result<Self, String>;
    fn map(map: Self::Map) -> Self;
}

impl<'de, T: FromWordOrMap> Visitor<'de> for WordOrMap<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
        T::word(word).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::Map::deserialize(MapAccessDeserializer::new(map)).map(T::map)
    }
}

impl FromWordOrMap for Refused {
    type Map = super::expectation::RefusedFull;

    fn word(word: &str) -> Result<Self, String> {
        Ok(Self::Word(word.to_owned()))
    }

    fn map(map: Self::Map) -> Self {
        Self::Full(map)
    }
}

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let what = "an error word, or {word: …, reasons: […]}";
        deserializer.deserialize_any(WordOrMap { what, result: PhantomData })
    }
}

impl FromWordOrMap for ArtifactExpect {
    type Map = super::expectation::ArtifactIs;

    fn word(word: &str) -> Result<Self, String> {
        match word {
            "none" => Ok(Self::None(super::expectation::NoneWord::None)),
            other => Err(format!("`{other}`: write `none`, or {{version: …, is: …}}")),
        }
    }

    fn map(map: Self::Map) -> Self {
        Self::Some(map)
    }
}

impl<'de> Deserialize<'de> for ArtifactExpect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let what = "`none`, or {version: …, is: …}";
        deserializer.deserialize_any(WordOrMap { what, result: PhantomData })
    }
}

/// Reads a list or a map.
struct ListOrMap<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListOrMap<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one block of keys, or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMany<T>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany::Many)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OneOrMany<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMany::One(Box::new(one)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListOrMap(PhantomData))
    }
}
