/// What `torch.save` writes since PyTorch 1.6: a zip archive with a pickle that says what the
/// tensors are, and one entry a storage with their numbers.
enum TorchCheckpoint {
  /// Where people keep a state dict inside a checkpoint of more, likeliest first.
  static let wrappers = ["state_dict", "model_state_dict", "model", "net", "weights"]

  /// Reads the tensors of a state dict.
  static func read(_ store: ByteStore) throws(WeightFault) -> WeightFile.Content {
    let archive = try ZipArchive(store.bytes)
    let folder = try folder(of: archive)
    if let order = archive.entries[folder + "byteorder"], !order.elementsEqual("little".utf8) {
      throw WeightFault(
        "its byte order is not 'little'", advice: "save it again on a little-endian machine")
    }
    guard let pickle = archive.entries[folder + "data.pkl"] else {
      throw WeightFault("its archive has no data.pkl")
    }
    var machine = try PickleMachine(pickle)
    let root = try machine.run()
    let (entries, wrapper) = try stateDictionary(root, in: machine)
    var tensors: [StoredTensor] = []
    for (key, value) in entries {
      guard case .text(let name) = key else {
        throw WeightFault("its state dict has \(key.kind) where a tensor's name should be")
      }
      guard case .tensor(let tensor) = value else {
        throw WeightFault(
          "\(WeightFault.quoted(name)) in its state dict is \(value.kind) and no tensor",
          advice: "save the tensors alone: torch.save(model.state_dict(), 'weights.pth')")
      }
      guard tensors.count < WeightFile.tensorLimit else {
        throw WeightFault("it has more than \(WeightFile.tensorLimit) tensors")
      }
      tensors.append(
        try stored(tensor, name, archive.entries[folder + "data/" + tensor.storage.key], store))
    }
    guard !tensors.isEmpty else { throw WeightFault("it holds no tensors", advice: "") }
    return WeightFile.Content(format: .torch, tensors: tensors, wrapper: wrapper)
  }

  /// The one folder at the archive's top, with its slash.
  private static func folder(of archive: ZipArchive) throws(WeightFault) -> String {
    let isScript = (archive.entries.keys + archive.compressed).contains {
      $0.contains("/code/") || $0.hasSuffix("/constants.pkl")
    }
    guard !isScript else {
      throw WeightFault(
        "it is a TorchScript program, which is not run",
        advice: "save its tensors: torch.save(torch.jit.load('old.pt').state_dict(), 'new.pth')")
    }
    guard archive.compressed.isEmpty else {
      throw WeightFault(
        "its entry \(WeightFault.quoted(archive.compressed[0])) is compressed, and torch.save "
          + "compresses nothing", advice: "unpack it and pack it again with 'zip -0'")
    }
    let pickles = archive.entries.keys.filter { $0.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw WeightFault(
        "it is a zip archive without a PyTorch pickle (data.pkl)",
        advice: "give a file that torch.save wrote")
    }
    return String(pickle.dropLast("data.pkl".count))
  }

  private typealias Entries = [(key: PickleValue, value: PickleValue)]

  /// The dictionary of tensors: under one of the usual keys, or the whole.
  private static func stateDictionary(
    _ root: PickleValue, in machine: PickleMachine
  ) throws(WeightFault) -> (entries: Entries, wrapper: String?) {
    guard case .dictionary(let place) = root else {
      throw WeightFault(
        "it holds \(root.kind), not a state dict",
        advice: "save a model's tensors: torch.save(model.state_dict(), 'weights.pth')")
    }
    let entries = machine.dictionaries[place]
    for wrapper in wrappers {
      // Of a key that is set twice the last value counts, as in Python, so that one is looked into.
      let last = entries.last { if case .text(wrapper) = $0.key { true } else { false } }
      if case .dictionary(let inner)? = last?.value,
        machine.dictionaries[inner].contains(where: { $0.value.isTensor })
      {
        return (machine.dictionaries[inner], wrapper)
      }
    }
    guard entries.contains(where: { $0.value.isTensor }) else {
      let keys = entries.prefix(12).map { entry -> String in
        if case .text(let name) = entry.key { WeightFault.quoted(name) } else { entry.key.kind }
      }
      throw WeightFault(
        "it is a dictionary of \(keys.isEmpty ? "nothing" : keys.joined(separator: ", ")), in "
          + "which there are no tensors and no state dict",
        advice: "known keys of a state dict are \(wrappers.joined(separator: ", "))")
    }
    return (entries, nil)
  }

  private static func stored(
    _ tensor: PickleTensor, _ name: String, _ bytes: UnsafeRawBufferPointer?, _ store: ByteStore
  ) throws(WeightFault) -> StoredTensor {
    let storage = tensor.storage
    guard let bytes else {
      throw WeightFault(
        "the numbers of \(WeightFault.quoted(name)) (data/\(storage.key)) are not in its archive")
    }
    let (size, overflows) = storage.count.multipliedReportingOverflow(by: storage.type.size)
    guard !overflows, size == bytes.count else {
      throw WeightFault(
        "the storage of \(WeightFault.quoted(name)) should hold \(storage.count) numbers of type "
          + "\(storage.type.torchName), but has \(bytes.count) bytes")
    }
    return try StoredTensor(
      name: name, type: storage.type, shape: tensor.shape, strides: tensor.strides,
      offset: tensor.offset, storage: bytes, owner: store)
  }
}

extension PickleValue {
  var isTensor: Bool { if case .tensor = self { true } else { false } }
}
