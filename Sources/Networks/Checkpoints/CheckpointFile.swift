import Files
import Foundation

// The file, all elements little-endian:
//
//     8 bytes   magic "POISECKP"
//     UInt64    version, 1
//     UInt64    bytes of the directory
//     UInt64    bytes of the metadata
//     UInt64    bytes of the elements
//     JSON      the directory: name, shape and byte offset of every tensor
//     JSON      the metadata
//     Float     the elements
//     UInt32    CRC-32 of everything before it
extension Checkpoint {
  private static let magic = Array("POISECKP".utf8)
  private static let version: UInt64 = 1
  private static let prefixLength = 40

  /// One line of the directory.
  private struct Entry: Codable {
    let name: String
    let shape: [Int]
    /// In bytes, from the first element.
    let offset: Int
  }

  /// Writes the file whole or not at all.
  ///
  /// - Throws: `FileError` where the system cannot write it.
  public func write(to path: String) throws {
    try Self.write(metadata: metadata, tensors: tensors.map(\.written), to: path)
  }

  /// Writes the file whole or not at all, with tensors from where they lie.
  ///
  /// - Throws: `FileError` where the system cannot write it.
  public static func write(
    metadata: Data, tensors: [WrittenTensor], to path: String
  ) throws {
    var offset = 0
    var entries: [Entry] = []
    for tensor in tensors {
      entries.append(Entry(name: tensor.name, shape: tensor.shape, offset: offset))
      offset += tensor.count * MemoryLayout<Float>.stride
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let directory = try encoder.encode(entries)
    let lengths = [version, UInt64(directory.count), UInt64(metadata.count), UInt64(offset)]
    try AtomicFile.write(to: path) { sink in
      var sum: UInt32 = 0
      func write(_ bytes: UnsafeRawBufferPointer) throws {
        sum = CRC32.checksum(of: bytes, continuing: sum)
        try sink.write(bytes)
      }
      try magic.withUnsafeBytes(write)
      try lengths.map(\.littleEndian).withUnsafeBytes(write)
      try [UInt8](directory).withUnsafeBytes(write)
      try [UInt8](metadata).withUnsafeBytes(write)
      for tensor in tensors { try tensor.withUnsafeBytes(write) }
      try sink.write([sum.littleEndian])
    }
  }

  /// Reads a file and checks all of it before any of it is believed.
  ///
  /// - Throws: `FileError` where it cannot be read, `CheckpointError` where it is damaged or of
  ///   another version.
  public init(readingFrom path: String) throws {
    let file = try MappedFile(path: path)
    file.advise(.sequential)
    func damaged(_ reason: String) -> CheckpointError {
      CheckpointError(damaged: path, reason)
    }
    let sections = try Sections(of: file.bytes, damaged: damaged)
    let entries: [Entry]
    do {
      entries = try JSONDecoder().decode([Entry].self, from: Data(sections.directory))
    } catch {
      throw damaged("its directory cannot be understood")
    }
    metadata = Data(sections.metadata)
    tensors = try entries.map { entry in
      guard let tensor = Self.tensor(entry, in: sections.elements) else {
        throw damaged("tensor '\(entry.name)' of shape \(entry.shape) lies outside the file")
      }
      return tensor
    }
  }

  /// The three sections of a file whose lengths and checksum are right.
  private struct Sections {
    let directory: UnsafeRawBufferPointer
    let metadata: UnsafeRawBufferPointer
    let elements: UnsafeRawBufferPointer

    /// Finds the sections; they are valid as long as `bytes` are.
    init(
      of bytes: UnsafeRawBufferPointer, damaged: (String) -> CheckpointError
    ) throws(CheckpointError) {
      guard bytes.count >= prefixLength + 4 else {
        throw damaged("it has only \(bytes.count) bytes")
      }
      guard bytes.prefix(8).elementsEqual(magic) else {
        throw damaged("it does not start as a checkpoint of this program does")
      }
      let numbers = (1...4).map { index in
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
      }
      guard numbers[0] == version else {
        throw damaged("it has format version \(numbers[0]); this program reads \(version)")
      }
      let limit = UInt64(bytes.count)
      guard numbers[1...].allSatisfy({ $0 <= limit }) else {
        throw damaged("its lengths do not fit its \(bytes.count) bytes")
      }
      let expected = prefixLength + Int(numbers[1] + numbers[2] + numbers[3]) + 4
      guard expected == bytes.count else {
        throw damaged("it should have \(expected) bytes but has \(bytes.count)")
      }
      let body = UnsafeRawBufferPointer(rebasing: bytes.dropLast(4))
      let sum = UInt32(
        littleEndian: bytes.loadUnaligned(fromByteOffset: body.count, as: UInt32.self))
      guard CRC32.checksum(of: body) == sum else { throw damaged("its checksum is wrong") }
      let start = prefixLength + Int(numbers[1])
      let end = start + Int(numbers[2])
      directory = UnsafeRawBufferPointer(rebasing: body[prefixLength..<start])
      metadata = UnsafeRawBufferPointer(rebasing: body[start..<end])
      elements = UnsafeRawBufferPointer(rebasing: body[end...])
    }
  }

  /// A tensor of the directory; nil where it lies outside the elements.
  private static func tensor(_ entry: Entry, in data: UnsafeRawBufferPointer) -> NamedTensor? {
    var count = 1
    for extent in entry.shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows, product <= data.count else { return nil }
      count = product
    }
    let size = count * MemoryLayout<Float>.stride
    guard entry.offset >= 0, entry.offset <= data.count, size <= data.count - entry.offset else {
      return nil
    }
    // All threads share one empty array, whose count would be written without a lock.
    if count == 0 { return NamedTensor(name: entry.name, shape: entry.shape, values: []) }
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: data[entry.offset..<entry.offset + size]))
      initialized = count
    }
    return NamedTensor(name: entry.name, shape: entry.shape, values: values)
  }
}
