/// The `.safetensors` format: 8 bytes with the header's length, a header in JSON, the numbers.
///
/// As its specification demands, tensors lie one after the other from the first byte after the
/// header to the file's last, without holes and without overlaps. Names stand once each.
enum SafetensorsHeader {
  /// The reference implementation's limit of a header, in bytes.
  static let sizeLimit = 100_000_000

  /// One tensor as the header tells of it.
  private struct Entry {
    var name: String
    var type: ElementType
    var shape: [Int]
    var begin: Int
    var end: Int
  }

  /// Reads and checks the header.
  static func read(_ store: ByteStore) throws(WeightFault) -> WeightFile.Content {
    var reader = ByteReader(store.bytes, of: "the file")
    let length = try reader.next(UInt64.self)
    guard length <= UInt64(sizeLimit) else {
      throw WeightFault("its header would have \(length) bytes; at most \(sizeLimit) are read")
    }
    let header = try reader.next(bytes: Int(length))
    let data = UnsafeRawBufferPointer(rebasing: store.bytes[reader.position...])
    var scanner = HeaderScanner(header)
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    try scanner.object { key, scanner throws(WeightFault) in
      if key == "__metadata__" {
        metadata = try scanner.texts()
      } else {
        guard entries.count < WeightFile.tensorLimit else {
          throw WeightFault("it has more than \(WeightFile.tensorLimit) tensors")
        }
        entries.append(try entry(key, &scanner))
      }
    }
    try scanner.end()
    try checkPlaces(entries, size: data.count)
    var tensors: [StoredTensor] = []
    for entry in entries {
      tensors.append(
        try StoredTensor(
          name: entry.name, type: entry.type, shape: entry.shape,
          storage: UnsafeRawBufferPointer(rebasing: data[entry.begin..<entry.end]), owner: store))
    }
    return WeightFile.Content(format: .safetensors, tensors: tensors, metadata: metadata)
  }

  private static func entry(
    _ name: String, _ scanner: inout HeaderScanner
  ) throws(WeightFault) -> Entry {
    let quoted = WeightFault.quoted(name)
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { key, scanner throws(WeightFault) in
      switch key {
      case "dtype": type = try scanner.text()
      case "shape": shape = try scanner.integers()
      case "data_offsets": offsets = try scanner.integers()
      default:
        throw WeightFault("tensor \(quoted) has the unknown key \(WeightFault.quoted(key))")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw WeightFault("tensor \(quoted) needs dtype, shape and two data_offsets")
    }
    guard let element = ElementType(rawValue: type) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw WeightFault(
        "tensor \(quoted) is of type \(WeightFault.quoted(type)); \(known) are read",
        advice: "save it in single precision")
    }
    guard let count = StoredTensor.product(shape) else {
      throw WeightFault("tensor \(quoted) of shape \(shape) is too large")
    }
    let (size, overflows) = count.multipliedReportingOverflow(by: element.size)
    guard !overflows, offsets[0] <= offsets[1], size == offsets[1] - offsets[0] else {
      throw WeightFault(
        "tensor \(quoted) of shape \(shape) and type \(type) does not fit its offsets \(offsets)")
    }
    return Entry(name: name, type: element, shape: shape, begin: offsets[0], end: offsets[1])
  }

  private static func checkPlaces(_ entries: [Entry], size: Int) throws(WeightFault) {
    var end = 0
    for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard entry.begin == end else {
        throw WeightFault(
          "tensor \(WeightFault.quoted(entry.name)) starts at byte \(entry.begin) of the data, "
            + "but the one before it ends at \(end): tensors must neither overlap nor leave holes")
      }
      end = entry.end
    }
    guard end == size else {
      throw WeightFault("its tensors take \(end) bytes, but \(size) follow the header")
    }
  }
}
