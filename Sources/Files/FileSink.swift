import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The open end of a file that is being written; numbers go out in the machine's byte order.
///
/// Small writes are gathered. Every failure of the system surfaces at a `write` or at the end.
public struct FileSink {
  /// Bytes taken so far.
  public private(set) var count = 0
  private let descriptor: Int32
  private let path: String
  private var pending: [UInt8] = []

  private static let gathered = 1 << 18

  /// A sink that writes to an open descriptor and does not close it.
  package init(descriptor: Int32, path: String) {
    (self.descriptor, self.path) = (descriptor, path)
  }

  /// Appends raw bytes.
  ///
  /// - Throws: where the system takes no more, perhaps for bytes of an earlier call.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    if let failure = take(bytes) { throw failure }
  }

  /// Appends numbers as they lie in memory.
  ///
  /// - Throws: where the system takes no more, perhaps for bytes of an earlier call.
  public mutating func write<Number: BitwiseCopyable>(_ numbers: [Number]) throws(FileError) {
    if let failure = numbers.withUnsafeBytes({ take($0) }) { throw failure }
  }

  /// Appends bytes.
  ///
  /// - Throws: where the system takes no more, perhaps for bytes of an earlier call.
  public mutating func write(_ data: Data) throws(FileError) {
    try write([UInt8](data))
  }

  /// Appends text as UTF-8.
  ///
  /// - Throws: where the system takes no more, perhaps for bytes of an earlier call.
  public mutating func write(_ text: String) throws(FileError) {
    try write(Array(text.utf8))
  }

  /// Hands everything gathered to the system. Does not wait for the disk.
  ///
  /// - Throws: where the system takes no more.
  public mutating func flush() throws(FileError) {
    if let failure = sendPending() { throw failure }
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer) -> FileError? {
    count += bytes.count
    if pending.count + bytes.count > Self.gathered, let failure = sendPending() { return failure }
    if bytes.count > Self.gathered { return send(bytes) }
    pending.append(contentsOf: bytes)
    return nil
  }

  private mutating func sendPending() -> FileError? {
    let failure = pending.withUnsafeBytes { send($0) }
    pending.removeAll(keepingCapacity: true)
    return failure
  }

  /// The error is a value here because the standard library's `withUnsafeBytes` forgets its type.
  private func send(_ bytes: UnsafeRawBufferPointer) -> FileError? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      // Linux writes no more than about 2 GiB in one call.
      let sent = uninterrupted {
        Foundation.write(descriptor, piece.baseAddress, min(piece.count, 1 << 30))
      }
      if sent < 0 { return FileError("write", path, code: errno) }
      if sent == 0 { return FileError("write", path, code: EIO) }
      rest = rest.dropFirst(sent)
    }
    return nil
  }
}
