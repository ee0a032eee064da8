/// Reads a pickle (protocol 2) that holds tensors in dictionaries, and refuses everything else.
///
/// A pickle is a program for a stack machine that can call any Python function. This machine knows
/// the instructions and names that `torch.save` needs for a state dict, builds plain values, and
/// calls nothing: another instruction or name is an error that says which.
///
/// Memory and time are bounded by the pickle's length, and by limits that no state dict comes near
/// (``PickleLimits``): an instruction adds at most a few values, and what it gathers it takes from
/// the stack. A container is never copied where a tensor refers to it.
struct PickleMachine {
  private(set) var tuples: [[PickleValue]] = []
  private(set) var lists: [[PickleValue]] = []
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private var stack: [PickleValue] = []
  /// Heights of the stack at open marks.
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]
  private var reader: ByteReader
  private let limits: PickleLimits
  /// Values that lists, tuples and dictionaries hold.
  private var heldCount = 0

  private static let resaveAdvice =
    "nothing but tensors is read; save them alone in Python, where you trust the file: "
    + "torch.save(model.state_dict(), 'weights.pth')"

  /// A machine for a pickle's bytes, none of them read yet.
  init(
    _ bytes: UnsafeRawBufferPointer, limits: PickleLimits = PickleLimits()
  ) throws(WeightFault) {
    guard bytes.count <= limits.bytes else {
      throw WeightFault(
        "its pickle has \(bytes.count) bytes; at most \(limits.bytes) are read",
        advice: Self.resaveAdvice)
    }
    self.limits = limits
    reader = ByteReader(bytes, of: "the pickle")
  }

  /// Runs to the end.
  ///
  /// - Returns: the value that the pickle stands for.
  mutating func run() throws(WeightFault) -> PickleValue {
    guard try reader.next(UInt8.self) == PickleOpcode.proto.rawValue else {
      throw broken("does not begin with its protocol")
    }
    let version = try reader.next(UInt8.self)
    guard version == 2 else {
      throw WeightFault(
        "its pickle has protocol \(version), and only 2, the usual of torch.save, is read",
        advice: "save it anew without pickle_protocol")
    }
    while true {
      let byte = try reader.next(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw broken("has the unknown instruction 0x\(String(byte, radix: 16))")
      }
      if opcode == .stop { break }
      try execute(opcode)
      try checkLimits()
    }
    guard stack.count == 1, marks.isEmpty, reader.left == 0 else {
      throw broken("ends with \(stack.count) values and \(reader.left) bytes left over")
    }
    return stack[0]
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(WeightFault) {
    switch opcode {
    case .none: stack.append(.none)
    case .newtrue: stack.append(.truth(true))
    case .newfalse: stack.append(.truth(false))
    case .binint: stack.append(.integer(Int(try reader.next(Int32.self))))
    case .binint1: stack.append(.integer(Int(try reader.next(UInt8.self))))
    case .binint2: stack.append(.integer(Int(try reader.next(UInt16.self))))
    case .long1: stack.append(.integer(try long()))
    case .binfloat:
      let bits = try reader.next(UInt64.self).byteSwapped
      stack.append(.number(Double(bitPattern: bits)))
    case .binunicode:
      let count = try reader.next(UInt32.self)
      stack.append(.text(try reader.next(text: Int(count))))
    case .mark: marks.append(stack.count)
    case .emptyTuple: pushTuple([])
    case .tuple: pushTuple(try popToMark())
    case .tuple1: pushTuple(try pop(1))
    case .tuple2: pushTuple(try pop(2))
    case .tuple3: pushTuple(try pop(3))
    case .emptyList:
      lists.append([])
      stack.append(.list(lists.count - 1))
    case .append: try extendList(by: try pop(1))
    case .appends: try extendList(by: try popToMark())
    case .emptyDict: pushDictionary()
    case .setitem: try extendDictionary(by: try pop(2))
    case .setitems: try extendDictionary(by: try popToMark())
    case .binput: try remember(UInt32(try reader.next(UInt8.self)))
    case .longBinput: try remember(try reader.next(UInt32.self))
    case .binget: try recall(UInt32(try reader.next(UInt8.self)))
    case .longBinget: try recall(try reader.next(UInt32.self))
    case .global: stack.append(.global(try global()))
    case .binpersid: stack.append(.storage(try storage(try pop(1)[0])))
    case .reduce:
      let parts = try pop(2)
      try reduce(parts[0], try elements(of: parts[1], "the arguments of a call"))
    case .build: try build()
    default:
      throw WeightFault(
        "its pickle uses the instruction \(opcode.pythonName), which a state dict does not need "
          + "and which is refused", advice: Self.resaveAdvice)
    }
  }

  /// Refuses what would fill the memory without holding a tensor.
  private func checkLimits() throws(WeightFault) {
    func check(_ count: Int, _ limit: Int, _ what: String) throws(WeightFault) {
      guard count > limit else { return }
      throw WeightFault(
        "its pickle has more than \(limit) \(what), near byte \(reader.position)",
        advice: Self.resaveAdvice)
    }
    try check(max(stack.count, marks.count), limits.stack, "open values")
    try check(
      tuples.count + lists.count + dictionaries.count, limits.containers, "containers")
    try check(heldCount, limits.held, "values in containers")
    try check(memo.count, limits.memo, "remembered values")
  }

  // MARK: Instructions

  /// A whole number of up to eight bytes, two's complement.
  private mutating func long() throws(WeightFault) -> Int {
    let count = Int(try reader.next(UInt8.self))
    guard count <= 8 else { throw broken("has a whole number of \(count) bytes; at most 8 fit") }
    var value: UInt64 = 0
    let bytes = try reader.next(bytes: count)
    for (index, byte) in bytes.enumerated() { value |= UInt64(byte) << (8 * UInt64(index)) }
    if count > 0, count < 8, bytes[count - 1] >= 0x80 { value |= UInt64.max << (8 * UInt64(count)) }
    return Int(Int64(bitPattern: value))
  }

  private mutating func global() throws(WeightFault) -> PickleGlobal {
    let (module, name) = (try line(), try line())
    guard let global = PickleGlobal(module: module, name: name) else {
      let full = WeightFault.quoted(module + "." + name)
      throw WeightFault(
        "its pickle refers to \(full), which no tensor needs; it was refused and nothing of it run",
        advice: Self.resaveAdvice)
    }
    return global
  }

  /// Text up to a line feed.
  private mutating func line() throws(WeightFault) -> String {
    let start = reader.position
    let rest = reader.bytes[start...].prefix(1_025)
    guard let end = rest.firstIndex(of: 0x0A) else {
      throw broken("refers to a name that does not end")
    }
    let text = try reader.next(text: end - start)
    _ = try reader.next(UInt8.self)
    return text
  }

  private mutating func reduce(
    _ function: PickleValue, _ arguments: [PickleValue]
  ) throws(WeightFault) {
    guard case .global(let global) = function else {
      throw broken("calls \(function.kind)")
    }
    switch global {
    case .orderedDictionary:
      guard arguments.isEmpty else { throw broken("fills an OrderedDict in an unusual way") }
      pushDictionary()
    case .rebuildTensor: stack.append(.tensor(try tensor(arguments)))
    case .rebuildParameter:
      // data, requires_grad, backward hooks
      guard arguments.count == 3, case .tensor(let tensor) = arguments[0] else {
        throw broken("has a parameter without a tensor")
      }
      stack.append(.tensor(tensor))
    case .storageClass: throw broken("calls a storage class")
    }
  }

  /// From storage, offset, shape, strides, requires_grad, backward hooks, and maybe metadata.
  private func tensor(_ arguments: [PickleValue]) throws(WeightFault) -> PickleTensor {
    guard (6...7).contains(arguments.count), case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1]
    else { throw broken("has a tensor without storage and offset") }
    return PickleTensor(
      storage: storage, offset: offset, shape: try integers(of: arguments[2], "a tensor's shape"),
      strides: try integers(of: arguments[3], "a tensor's strides"))
  }

  /// From ('storage', class, key, location, count).
  private func storage(_ identity: PickleValue) throws(WeightFault) -> PickleStorage {
    let parts = try elements(of: identity, "a persistent id")
    guard parts.count == 5, case .text("storage") = parts[0],
      case .global(.storageClass(let type)) = parts[1], case .text(let key) = parts[2],
      case .text = parts[3], case .integer(let count) = parts[4], count >= 0
    else { throw broken("has a persistent id that is no storage") }
    return PickleStorage(type: type, key: key, count: count)
  }

  /// Sets attributes: those of an OrderedDict (PyTorch's `_metadata`) are left out.
  private mutating func build() throws(WeightFault) {
    let state = try pop(1)[0]
    guard case .dictionary = state, case .dictionary? = stack.last else {
      throw broken("sets attributes of \(stack.last?.kind ?? "nothing") from \(state.kind)")
    }
  }

  // MARK: Stack and memory

  private mutating func pop(_ count: Int) throws(WeightFault) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw broken("takes more than it gave") }
    let popped = Array(stack.suffix(count))
    stack.removeLast(count)
    return popped
  }

  private mutating func popToMark() throws(WeightFault) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw broken("closes what it did not open") }
    let popped = Array(stack[mark...])
    stack.removeLast(popped.count)
    return popped
  }

  private mutating func pushTuple(_ elements: [PickleValue]) {
    heldCount += elements.count
    tuples.append(elements)
    stack.append(.tuple(tuples.count - 1))
  }

  private mutating func pushDictionary() {
    dictionaries.append([])
    stack.append(.dictionary(dictionaries.count - 1))
  }

  private mutating func extendList(by elements: [PickleValue]) throws(WeightFault) {
    guard case .list(let list)? = stack.last else { throw broken("appends to no list") }
    heldCount += elements.count
    lists[list] += elements
  }

  private mutating func extendDictionary(by parts: [PickleValue]) throws(WeightFault) {
    guard case .dictionary(let dictionary)? = stack.last, parts.count.isMultiple(of: 2) else {
      throw broken("sets items of no dictionary")
    }
    heldCount += parts.count
    for index in stride(from: 0, to: parts.count, by: 2) {
      dictionaries[dictionary].append((parts[index], parts[index + 1]))
    }
  }

  private mutating func remember(_ place: UInt32) throws(WeightFault) {
    guard let value = stack.last else { throw broken("remembers nothing") }
    memo[place] = value
  }

  private mutating func recall(_ place: UInt32) throws(WeightFault) {
    guard let value = memo[place] else { throw broken("recalls what it never remembered") }
    stack.append(value)
  }

  private func elements(
    of value: PickleValue, _ purpose: String
  ) throws(WeightFault) -> [PickleValue] {
    guard case .tuple(let tuple) = value else {
      throw broken("has \(value.kind) where \(purpose) should be")
    }
    return tuples[tuple]
  }

  /// One number a dimension. A tuple may be shared by all tensors, so its length is looked at before
  /// it is copied.
  private func integers(of value: PickleValue, _ purpose: String) throws(WeightFault) -> [Int] {
    var numbers: [Int] = []
    let elements = try elements(of: value, purpose)
    guard elements.count <= StoredTensor.dimensionLimit else {
      throw WeightFault(
        "a tensor in its pickle has \(elements.count) dimensions, more than "
          + "\(StoredTensor.dimensionLimit)")
    }
    for element in elements {
      guard case .integer(let number) = element else {
        throw broken("has \(element.kind) in \(purpose)")
      }
      numbers.append(number)
    }
    return numbers
  }

  private func broken(_ what: String) -> WeightFault {
    WeightFault("its pickle \(what), near byte \(reader.position)")
  }
}
