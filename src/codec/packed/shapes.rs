//! What contacts have in common.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::super::CodecFault;
use super::super::bytes::Reader;
use super::super::digest::digest128;
use super::super::wire::Take;
use super::contact::{Marks, TextField};
use crate::disclosure::record::{ClauseIndex, Disclosed, Reason};
use crate::model::vocabulary::{Kind, Role};

/// Most shapes of a data set. A register has some dozens: one for each policy, role and kind of contact, and which of
/// its fields are there.
pub const SHAPES_MAX: usize = 1 << 20;

/// There are too many shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// What stands at a place of a contact's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A text.
    Text,
    /// A moment.
    Moment,
}

/// The shape of a contact: everything of its encoding but texts and moments. Its role, whether it is omitted, its kind;
/// of each field whether it is absent, shown or withheld, with clause and reason; how many street lines there are, and
/// whether numbers have extensions. Equal shapes have equal octets.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape {
    octets: Box<[u8]>,
    digest: u128,
    values: Box<[ValueKind]>,
    role: Role,
    omitted: Option<(Reason, ClauseIndex)>,
    marks: Marks,
}

impl Shape {
    /// Its octets, in the order of the contact's fields.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// A digest of its octets: equal for equal shapes of whatever data set, and in practice for no others.
    pub fn digest(&self) -> u128 {
        self.digest
    }

    /// The role of every contact of this shape.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Why and by which clause contacts of this shape are omitted; `None` where they are not.
    pub fn omitted(&self) -> Option<(Reason, ClauseIndex)> {
        self.omitted
    }

    /// True where the handle is public: then it is the first value.
    pub fn shows_handle(&self) -> bool {
        self.marks.shows(TextField::Handle)
    }

    /// What is said of the texts.
    pub(super) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// What the values of a contact of this shape are, in their order.
    pub(in crate::codec) fn values(&self) -> &[ValueKind] {
        &self.values
    }

    fn new(octets: &[u8], values: &[ValueKind]) -> Result<Shape, CodecFault> {
        let mut reader = Reader::new(octets);
        let (role, omitted) = (Role::take(&mut reader)?, Take::take(&mut reader)?);
        <Disclosed<Kind> as Take>::take(&mut reader)?;
        let marks = Marks::take(&mut reader)?;
        let digest = digest128(octets);
        Ok(Shape { octets: octets.into(), digest, values: values.into(), role, omitted, marks })
    }
}

/// The number of a shape among the [`Shapes`] of a data set. It stays the same in every data set that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeId(u32);

impl ShapeId {
    /// The number, counted from 0.
    pub fn number(self) -> u32 {
        self.0
    }

    pub(in crate::codec) fn of(number: u32) -> ShapeId {
        ShapeId(number)
    }
}

/// All shapes of a data set, each once. Cloning is cheap and shares; it only grows, and never beyond [`SHAPES_MAX`].
#[derive(Clone, Default)]
pub struct Shapes(Arc<Known>);

#[derive(Clone, Default)]
struct Known {
    shapes: Vec<Arc<Shape>>,
    by_octets: HashTable<ShapeId>,
    hasher: DefaultHashBuilder,
}

impl Shapes {
    /// The shape of a number.
    pub fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.0.shapes.get(id.0 as usize).map(Arc::as_ref)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.shapes.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.shapes.is_empty()
    }

    /// All of them, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (ShapeId, &Shape)> {
        (0u32..).map(ShapeId).zip(self.0.shapes.iter().map(Arc::as_ref))
    }

    /// Octets that they take in memory, nearly.
    pub fn octets(&self) -> usize {
        let of_shape = |shape: &Arc<Shape>| size_of::<Shape>() + shape.octets.len() + shape.values.len();
        self.0.shapes.iter().map(of_shape).sum::<usize>()
            + self.0.shapes.capacity() * size_of::<Arc<Shape>>()
            + self.0.by_octets.allocation_size()
    }

    /// The number of the shape of these octets, which is added where it is new.
    pub(in crate::codec) fn number_of(&mut self, octets: &[u8], values: &[ValueKind]) -> Result<ShapeId, Full> {
        let hash = self.0.hasher.hash_one(octets);
        let is_it =
            |known: &Known, id: &ShapeId| known.shapes.get(id.0 as usize).is_some_and(|shape| *shape.octets == *octets);
        if let Some(id) = self.0.by_octets.find(hash, |id| is_it(&self.0, id)) {
            return Ok(*id);
        }
        let number = Some(self.len()).filter(|number| *number < SHAPES_MAX).ok_or(Full)?;
        let id = u32::try_from(number).map(ShapeId).map_err(|_| Full)?;
        let shape = Shape::new(octets, values).map_err(|_| Full)?;
        let Known { shapes, by_octets, hasher } = Arc::make_mut(&mut self.0);
        shapes.push(Arc::new(shape));
        let hash_of = |id: &ShapeId| shapes.get(id.0 as usize).map_or(0, |shape| hasher.hash_one(&*shape.octets));
        by_octets.insert_unique(hash, id, hash_of);
        Ok(id)
    }
}

impl fmt::Debug for Shapes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shapes({})", self.len())
    }
}
