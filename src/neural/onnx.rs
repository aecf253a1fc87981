//! As much of the ONNX format (Protocol Buffers) as a network of known build needs: its operators with their whole
//! numbers, and its weights. Nothing is trusted: every length is checked against what is there, nothing recurses.

use std::collections::BTreeMap;

/// Fields of `ModelProto`.
const GRAPH: u64 = 7;
const OPERATOR_SET: u64 = 8;
/// Fields of `GraphProto`.
const NODE: u64 = 1;
const INITIALIZER: u64 = 5;
/// Fields of `NodeProto`.
const INPUT: u64 = 1;
const OPERATOR: u64 = 4;
const ATTRIBUTE: u64 = 5;
/// Fields of `AttributeProto`.
const ATTRIBUTE_NAME: u64 = 1;
const INTS: u64 = 8;
/// Fields of `TensorProto`.
const DIMS: u64 = 1;
const DATA_TYPE: u64 = 2;
const TENSOR_NAME: u64 = 8;
const RAW_DATA: u64 = 9;
/// The data types `FLOAT` and `INT8`.
const FLOAT: u64 = 1;
const INT8: u64 = 3;

const ENDS_EARLY: &str = "it ends early, or is no ONNX file";
const NO_ONNX: &str = "it is no ONNX file";

/// The operators of a network in their order, and its weights by name.
#[derive(Debug)]
pub(crate) struct Graph<'a> {
    pub(crate) nodes: Vec<Node<'a>>,
    tensors: BTreeMap<&'a [u8], Tensor<'a>>,
}

/// An operator.
#[derive(Debug, Default)]
pub(crate) struct Node<'a> {
    pub(crate) operator: &'a [u8],
    inputs: Vec<&'a [u8]>,
    numbers: Vec<(&'a [u8], Vec<u64>)>,
}

#[derive(Debug, Default)]
struct Tensor<'a> {
    shape: Vec<u64>,
    kind: u64,
    bytes: &'a [u8],
}

impl<'a> Graph<'a> {
    /// Reads a whole file. Says what is wrong with it.
    pub(crate) fn read(file: &'a [u8]) -> Result<Self, &'static str> {
        let mut graph = Self { nodes: Vec::new(), tensors: BTreeMap::new() };
        let mut whole = false;
        for field in Fields(file) {
            match field? {
                (GRAPH, Value::Bytes(bytes)) => graph.add(bytes)?,
                // The last field: a file that was cut where a field ends lacks it.
                (OPERATOR_SET, _) => whole = true,
                _ => {}
            }
        }
        if whole { Ok(graph) } else { Err(ENDS_EARLY) }
    }

    fn add(&mut self, graph: &'a [u8]) -> Result<(), &'static str> {
        for field in Fields(graph) {
            match field? {
                (NODE, Value::Bytes(bytes)) => self.nodes.push(node(bytes)?),
                (INITIALIZER, Value::Bytes(bytes)) => {
                    let (name, tensor) = tensor(bytes)?;
                    self.tensors.insert(name, tensor);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The weights that an operator takes as its input number `input`, which must have this shape and be numbers.
    pub(crate) fn weights(&self, node: &Node, input: usize, shape: &[u64]) -> Result<Vec<f32>, &'static str> {
        let bytes = self.tensor(node, input, shape, FLOAT, 4)?;
        let values: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if values.iter().all(|value| value.is_finite()) { Ok(values) } else { Err("some weights are no numbers") }
    }

    /// As [`Graph::weights`], for weights in 8 bits.
    pub(crate) fn steps(&self, node: &Node, input: usize, shape: &[u64]) -> Result<Vec<i8>, &'static str> {
        Ok(self.tensor(node, input, shape, INT8, 1)?.iter().map(|byte| byte.cast_signed()).collect())
    }

    fn tensor(
        &self,
        node: &Node,
        input: usize,
        shape: &[u64],
        kind: u64,
        width: u64,
    ) -> Result<&'a [u8], &'static str> {
        let tensor = node.inputs.get(input).and_then(|name| self.tensors.get(name)).ok_or("weights are missing")?;
        let count = shape.iter().product::<u64>();
        if tensor.shape != shape || tensor.kind != kind || tensor.bytes.len() as u64 != count * width {
            return Err("its weights are of another shape");
        }
        Ok(tensor.bytes)
    }
}

impl Node<'_> {
    /// Whether an attribute has these numbers.
    pub(crate) fn has(&self, attribute: &str, numbers: &[u64]) -> bool {
        self.numbers.iter().any(|(name, own)| *name == attribute.as_bytes() && own == numbers)
    }
}

fn node(bytes: &[u8]) -> Result<Node<'_>, &'static str> {
    let mut node = Node::default();
    for field in Fields(bytes) {
        match field? {
            (INPUT, Value::Bytes(name)) => node.inputs.push(name),
            (OPERATOR, Value::Bytes(name)) => node.operator = name,
            (ATTRIBUTE, Value::Bytes(attribute)) => node.numbers.push(numbers(attribute)?),
            _ => {}
        }
    }
    Ok(node)
}

fn numbers(attribute: &[u8]) -> Result<(&[u8], Vec<u64>), &'static str> {
    let (mut name, mut numbers): (&[u8], _) = (&[], Vec::new());
    for field in Fields(attribute) {
        match field? {
            (ATTRIBUTE_NAME, Value::Bytes(bytes)) => name = bytes,
            (INTS, value) => value.append_to(&mut numbers)?,
            _ => {}
        }
    }
    Ok((name, numbers))
}

fn tensor(bytes: &[u8]) -> Result<(&[u8], Tensor<'_>), &'static str> {
    let (mut name, mut tensor): (&[u8], _) = (&[], Tensor::default());
    for field in Fields(bytes) {
        match field? {
            (TENSOR_NAME, Value::Bytes(bytes)) => name = bytes,
            (DIMS, value) => value.append_to(&mut tensor.shape)?,
            (DATA_TYPE, Value::Number(kind)) => tensor.kind = kind,
            (RAW_DATA, Value::Bytes(bytes)) => tensor.bytes = bytes,
            _ => {}
        }
    }
    Ok((name, tensor))
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of fixed width: nothing that is needed here.
    Fixed,
}

impl Value<'_> {
    /// A repeated whole number, which comes alone or packed.
    fn append_to(self, numbers: &mut Vec<u64>) -> Result<(), &'static str> {
        match self {
            Self::Number(number) => numbers.push(number),
            Self::Bytes(mut packed) => {
                while !packed.is_empty() {
                    numbers.push(varint(&mut packed)?);
                }
            }
            Self::Fixed => return Err(NO_ONNX),
        }
        Ok(())
    }
}

/// The fields of a message: their numbers and values. Ends with the first fault.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        let field = (!self.0.is_empty()).then(|| self.field())?;
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<(u64, Value<'a>), &'static str> {
        let key = varint(&mut self.0)?;
        let value = match key & 7 {
            0 => Value::Number(varint(&mut self.0)?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = usize::try_from(varint(&mut self.0)?).map_err(|_| ENDS_EARLY)?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return Err(NO_ONNX),
        };
        Ok((key >> 3, value))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], &'static str> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ENDS_EARLY)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// A whole number of up to ten bytes, seven bits in each, the lowest first.
fn varint(bytes: &mut &[u8]) -> Result<u64, &'static str> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(ENDS_EARLY)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Ok(number);
        }
    }
    Err(NO_ONNX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A field of bytes.
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, bytes.len() as u8], bytes].concat()
    }

    /// A network of one operator that takes a tensor of two rows and one column.
    fn file(dims: &[u8]) -> Vec<u8> {
        let values = [1.5f32.to_le_bytes(), (-2.0f32).to_le_bytes()].concat();
        let tensor = [dims, &[0x10, 1], &field(8, b"w"), &field(9, &values)].concat();
        let strides = [field(1, b"strides"), vec![0x40, 3]].concat();
        let node = [field(1, b"w"), field(4, b"Conv"), field(5, &strides)].concat();
        [field(7, &[field(1, &node), field(5, &tensor)].concat()), field(8, &[0x10, 16])].concat()
    }

    #[test]
    fn operators_and_weights_are_read() {
        for dims in [&[0x08, 2, 0x08, 1][..], &[0x0a, 2, 2, 1]] {
            let file = file(dims);
            let graph = Graph::read(&file).unwrap();
            let node = &graph.nodes[0];
            assert_eq!(node.operator, b"Conv");
            assert!(node.has("strides", &[3]) && !node.has("strides", &[2]) && !node.has("pads", &[3]));
            assert_eq!(graph.weights(node, 0, &[2, 1]).unwrap(), [1.5, -2.0]);
            assert!(graph.weights(node, 0, &[1, 2]).is_err());
            assert!(graph.weights(node, 1, &[2, 1]).is_err());
            assert!(graph.steps(node, 0, &[2, 1]).is_err());
        }
    }

    #[test]
    fn weights_of_8_bits_are_read() {
        let tensor = [&[0x08, 3, 0x10, 3], &*field(8, b"w"), &field(9, &[1, 0x80, 0xff])].concat();
        let node = [field(1, b"w"), field(4, b"Cast")].concat();
        let file = [field(7, &[field(1, &node), field(5, &tensor)].concat()), field(8, &[0x10, 16])].concat();
        let graph = Graph::read(&file).unwrap();
        assert_eq!(graph.steps(&graph.nodes[0], 0, &[3]).unwrap(), [1, -128, -1]);
        assert!(graph.steps(&graph.nodes[0], 0, &[4]).is_err() && graph.weights(&graph.nodes[0], 0, &[3]).is_err());
    }

    #[test]
    fn lengths_that_lie_are_told() {
        let endless = [0xff; 40];
        assert!(Graph::read(&endless).is_err());
        assert!(Graph::read(&[0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]).is_err());
        let whole = file(&[0x08, 2, 0x08, 1]);
        assert!((0..whole.len()).all(|length| Graph::read(&whole[..length]).is_err()));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Graph::read(&bytes);
        }
    }
}
