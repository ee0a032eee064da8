import Files

/// Writes `.safetensors` files: single precision, and 64-bit counts.
public struct SafetensorsWriter {
  private struct Entry {
    var name: String
    var shape: [Int]
    var numbers: Numbers
  }

  private enum Numbers {
    case floats([Float])
    case integers([Int64])

    var isWide: Bool { if case .integers = self { true } else { false } }

    var byteCount: Int {
      switch self {
      case .floats(let values): values.count * 4
      case .integers(let values): values.count * 8
      }
    }
  }

  /// What the file says about itself. `format` is `pt` by custom: shapes are as in PyTorch.
  public var metadata: [String: String]
  private var entries: [Entry] = []

  /// A file without tensors yet.
  public init(metadata: [String: String] = ["format": "pt"]) { self.metadata = metadata }

  /// Adds a tensor in row-major order.
  ///
  /// - Precondition: the shape has as many numbers as there are values, and the name is new.
  public mutating func add(_ name: String, shape: [Int], _ values: [Float]) {
    add(name, shape, values.count, .floats(values))
  }

  /// Adds a tensor of whole numbers.
  ///
  /// - Precondition: as of `add(_:shape:_:)`.
  public mutating func add(_ name: String, shape: [Int], integers values: [Int]) {
    add(name, shape, values.count, .integers(values.map(Int64.init)))
  }

  private mutating func add(_ name: String, _ shape: [Int], _ count: Int, _ numbers: Numbers) {
    precondition(shape.reduce(1, *) == count, "\(name): \(shape) is not \(count)")
    precondition(name != "__metadata__" && !entries.contains { $0.name == name }, "\(name) twice")
    entries.append(Entry(name: name, shape: shape, numbers: numbers))
  }

  /// Writes the file whole or not at all. The same tensors and metadata give the same bytes.
  ///
  /// - Throws: `FileError` where the file cannot be written.
  public func write(to path: String) throws {
    // As the reference implementation: the widest numbers first, so that all are aligned.
    let sorted = entries.sorted {
      let (a, b) = ($0.numbers.isWide, $1.numbers.isWide)
      return a == b ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : a
    }
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
        "\(Self.quoted($0.key)):\(Self.quoted($0.value))"
      }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for entry in sorted {
      let shape = entry.shape.map(String.init).joined(separator: ",")
      let end = offset + entry.numbers.byteCount
      members.append(
        "\(Self.quoted(entry.name)):{\"dtype\":\"\(entry.numbers.isWide ? "I64" : "F32")\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    while !header.count.isMultiple(of: 8) { header.append(UInt8(ascii: " ")) }
    try AtomicFile.write(to: path) { sink in
      try sink.write([UInt64(header.count).littleEndian])
      try sink.write(header)
      for entry in sorted {
        switch entry.numbers {
        case .floats(let values): try sink.write(values)
        case .integers(let values): try sink.write(values.map(\.littleEndian))
        }
      }
    }
  }

  /// As the reference implementation writes names.
  private static func quoted(_ text: String) -> String { JSONString.quoted(text, .letters) }
}
