/// A tensor in a file: where its numbers are. They are converted when asked for.
public struct StoredTensor: @unchecked Sendable {
  /// Its key in the file.
  public let name: String
  /// What its numbers are stored as.
  public let type: ElementType
  /// PyTorch's shape, such as out × in × height × width; empty for a single number.
  public let shape: [Int]
  /// Numbers between neighbours along each dimension.
  let strides: [Int]
  /// Of the storage that this tensor is a view of, from its first number on.
  private let storage: UnsafeRawBufferPointer
  private let offset: Int
  /// Keeps the bytes alive.
  private let owner: ByteStore

  /// A storage shared by more numbers than it has is legal, but bounded.
  private static let mostRepeated = 1 << 24
  /// More dimensions are no network's.
  static let dimensionLimit = 16

  /// A view of a storage; every number of it lies inside, or this throws.
  init(
    name: String, type: ElementType, shape: [Int], strides: [Int]? = nil, offset: Int = 0,
    storage: UnsafeRawBufferPointer, owner: ByteStore
  ) throws(WeightFault) {
    func outside(_ what: String) -> WeightFault {
      WeightFault("tensor \(WeightFault.quoted(name)) \(what)")
    }
    guard shape.count <= Self.dimensionLimit else {
      throw outside("has \(shape.count) dimensions, more than \(Self.dimensionLimit)")
    }
    let strides = if let strides { strides } else { try Self.contiguous(shape, name) }
    guard strides.count == shape.count else {
      throw outside("has \(shape.count) sizes and \(strides.count) strides")
    }
    let available = storage.count / type.size
    guard let count = Self.product(shape), count <= max(available, Self.mostRepeated) else {
      throw outside("of shape \(shape) has more numbers than its storage of \(available)")
    }
    guard offset >= 0, offset <= available, strides.allSatisfy({ $0 >= 0 }) else {
      throw outside("starts at number \(offset) with strides \(strides) of \(available) numbers")
    }
    if count > 0 {
      var last = offset
      for (extent, stride) in zip(shape, strides) {
        let (reach, overflows) = (extent - 1).multipliedReportingOverflow(by: stride)
        let (sum, overflowsToo) = last.addingReportingOverflow(reach)
        guard !overflows, !overflowsToo else { throw outside("reaches beyond all memory") }
        last = sum
      }
      guard last < available else {
        throw outside("reaches number \(last) of a storage of \(available)")
      }
    }
    (self.name, self.type, self.shape, self.strides) = (name, type, shape, strides)
    (self.storage, self.offset, self.owner) = (storage, offset, owner)
  }

  /// Numbers in all.
  public var count: Int { shape.reduce(1, *) }

  /// The numbers in row-major order, converted to single precision.
  public func floats() -> [Float] {
    switch type {
    case .float32: values(of: UInt32.self) { Float(bitPattern: $0) }
    case .float64: values(of: UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float16: values(of: UInt16.self) { Float(half: $0) }
    case .bfloat16: values(of: UInt16.self) { Float(brain: $0) }
    case .int64: values(of: Int64.self) { Float($0) }
    case .int32: values(of: Int32.self) { Float($0) }
    case .int16: values(of: Int16.self) { Float($0) }
    case .int8: values(of: Int8.self) { Float($0) }
    case .uint8: values(of: UInt8.self) { Float($0) }
    case .bool: values(of: UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The numbers in row-major order; `nil` where their type holds fractions.
  public func integers() -> [Int]? {
    switch type {
    case .int64: values(of: Int64.self) { Int($0) }
    case .int32: values(of: Int32.self) { Int($0) }
    case .int16: values(of: Int16.self) { Int($0) }
    case .int8: values(of: Int8.self) { Int($0) }
    case .uint8: values(of: UInt8.self) { Int($0) }
    case .bool: values(of: UInt8.self) { $0 == 0 ? 0 : 1 }
    case .float64, .float32, .float16, .bfloat16: nil
    }
  }

  @inline(__always)
  private func values<Number: FixedWidthInteger & BitwiseCopyable, Value>(
    of: Number.Type, _ convert: (Number) -> Value
  ) -> [Value] {
    withExtendedLifetime(owner) {
      let size = MemoryLayout<Number>.size
      func number(_ place: Int) -> Value {
        convert(
          Number(littleEndian: storage.loadUnaligned(fromByteOffset: place * size, as: Number.self))
        )
      }
      let count = count
      let isContiguous = isContiguous
      // All threads share one empty array, whose count would be written without a lock.
      if count == 0 { return [] }
      return [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
        if isContiguous {
          for index in 0..<count { buffer.initializeElement(at: index, to: number(offset + index)) }
        } else {
          var place = offset
          var digits = [Int](repeating: 0, count: shape.count)
          for index in 0..<count {
            buffer.initializeElement(at: index, to: number(place))
            advance(&digits, &place)
          }
        }
        initialized = count
      }
    }
  }

  /// The next index in row-major order, and where its number is.
  private func advance(_ digits: inout [Int], _ place: inout Int) {
    for dimension in stride(from: shape.count - 1, through: 0, by: -1) {
      digits[dimension] += 1
      place += strides[dimension]
      if digits[dimension] < shape[dimension] { return }
      place -= shape[dimension] * strides[dimension]
      digits[dimension] = 0
    }
  }

  /// Whether the numbers lie one after the other. Strides of extents of 1 do not matter.
  private var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }

  /// Row-major strides.
  private static func contiguous(_ shape: [Int], _ name: String) throws(WeightFault) -> [Int] {
    guard product(shape) != nil else {
      throw WeightFault("tensor \(WeightFault.quoted(name)) of shape \(shape) is too large")
    }
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[dimension] = strides[dimension + 1] * shape[dimension + 1]
    }
    return strides
  }

  /// The product of extents that are all at least 0, where it and every part of it fit.
  static func product(_ shape: [Int]) -> Int? {
    var (product, parts) = (1, 1)
    for extent in shape {
      guard extent >= 0 else { return nil }
      let (next, overflows) = parts.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflows else { return nil }
      (product, parts) = (product * extent, next)
    }
    return product
  }
}
