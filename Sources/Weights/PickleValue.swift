/// What a pickle of tensors can be made of. Containers are numbers of places in the machine, so
/// that a value never holds another: nothing in here recurses, however a pickle is nested. The
/// larger ones stand in a box of their own, which keeps every other value small.
enum PickleValue {
  case none
  case truth(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  indirect case storage(PickleStorage)
  indirect case tensor(PickleTensor)

  /// How messages name it.
  var kind: String {
    switch self {
    case .none: "None"
    case .truth: "a truth value"
    case .integer: "a whole number"
    case .number: "a number"
    case .text: "text"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .global(let global): "'\(global.name)'"
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// The only names that a pickle may refer to. None of them stands for code here: they say how the
/// numbers around them are to be read.
enum PickleGlobal {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storageClass(ElementType)

  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", _):
      guard let type = ElementType(torchStorage: name) else { return nil }
      self = .storageClass(type)
    default: return nil
    }
  }

  var name: String {
    switch self {
    case .orderedDictionary: "collections.OrderedDict"
    case .rebuildTensor: "torch._utils._rebuild_tensor_v2"
    case .rebuildParameter: "torch._utils._rebuild_parameter"
    case .storageClass(let type): "torch storage of \(type.torchName)"
    }
  }
}

/// A persistent id: the numbers are in the archive's entry `data/key`.
struct PickleStorage {
  var type: ElementType
  var key: String
  var count: Int
}

/// A view of a storage; not yet checked against it.
struct PickleTensor {
  var storage: PickleStorage
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}
