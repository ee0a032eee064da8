import Synchronization

/// The content of a gzip file (all of its members), or of a plain file as it is, read in pieces.
///
/// A gzip file is unpacked from its start. On the way a copy of the unpacker's state (about 50 kB)
/// is kept every so many bytes, 256 at most, so that any later place costs little: memory depends
/// neither on the file's length nor on its content's.
public final class ContentFile: Sendable {
  /// The file, as it was named.
  public let path: String
  /// Bytes of the file.
  public let fileSize: Int
  /// Whether it is a gzip file.
  public let isCompressed: Bool
  private let file: RegularFile
  private let unpacking: Mutex<Unpacking>

  /// Most bytes that a gzip file of `size` bytes may unpack to: 64 times its length, or 16 MiB,
  /// whichever is more. Text and pictures come to a tenth of that; zeros come to 1,032 times.
  public static func mostContent(ofCompressed size: Int) -> Int {
    max(1 << 24, size.multipliedReportingOverflow(by: 64).partialValue)
  }

  private static let mostPlaces = 256

  /// Where unpacking stands. The cursors are used by whoever holds the lock, and nobody else.
  private struct Unpacking: @unchecked Sendable {
    var cursor: GzipCursor?
    var places: [GzipCursor] = []
    /// Content between two places.
    var spacing = 1 << 22
  }

  /// Opens a file.
  ///
  /// - Throws: where it cannot be opened, is no regular file, or is empty.
  public init(path: String) throws(FileError) {
    self.path = path
    file = try RegularFile(path: path)
    fileSize = file.size
    var start: (UInt8, UInt8) = (0, 0)
    let file = file
    let failure: FileError? = withUnsafeMutableBytes(of: &start) { room in
      do throws(FileError) {
        _ = try file.read(into: room.bindMemory(to: UInt8.self), at: 0)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
    isCompressed = start == (0x1F, 0x8B)
    unpacking = Mutex(Unpacking())
  }

  /// Most bytes that the content may have, whatever a caller allows.
  var mostContent: Int { isCompressed ? Self.mostContent(ofCompressed: fileSize) : fileSize }

  /// `count` bytes of the content from `offset` on; fewer where it ends.
  ///
  /// - Throws: where the file cannot be read or is damaged before the last of these bytes.
  public func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
    // All threads share one empty array, whose count would be written without a lock.
    if count == 0 { return [] }
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, got in
      let room = UnsafeMutableBufferPointer(rebasing: room[..<count])
      do throws(FileError) {
        got = try read(into: room, at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads the content from its start to its end in pieces of at most 64 KiB, and no further than
  /// `limit`; `body` gets each with its place.
  ///
  /// A gzip file's checksums are compared on the way.
  ///
  /// - Returns: the content's bytes; more than `limit` where there are more.
  /// - Throws: where the file cannot be read or is damaged.
  @discardableResult
  public func forEachPiece(
    upTo limit: Int, _ body: (_ piece: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Void
  ) throws(FileError) -> Int {
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
    defer { room.deallocate() }
    var offset = 0
    while offset <= limit {
      let count = try read(into: room, at: offset)
      if count == 0 { break }
      body(UnsafeBufferPointer(rebasing: room[..<count]), offset)
      offset += count
    }
    return offset
  }

  private func read(
    into room: UnsafeMutableBufferPointer<UInt8>, at offset: Int
  ) throws(FileError) -> Int {
    guard isCompressed else { return try file.read(into: room, at: offset) }
    nonisolated(unsafe) let room = room
    return try unpacking.withLock { state throws(FileError) in
      try unpack(into: room, at: offset, &state)
    }
  }

  private func unpack(
    into room: UnsafeMutableBufferPointer<UInt8>, at offset: Int, _ state: inout Unpacking
  ) throws(FileError) -> Int {
    let nearest = state.places.last { $0.position <= offset }
    if let cursor = state.cursor, cursor.position <= offset,
      cursor.position >= nearest?.position ?? 0
    {
      // It goes on from where it stands.
    } else if let nearest {
      state.cursor = try GzipCursor(copying: nearest)
    } else {
      state.cursor = try GzipCursor(file)
    }
    let cursor = state.cursor!
    do throws(FileError) {
      try skip(to: offset, cursor, &state)
      let count = try cursor.position == offset ? cursor.read(into: room) : 0
      try keepPlace(cursor, &state)
      return count
    } catch {
      // zlib's state is of no use after an error: whoever asks again meets it again.
      state.cursor = nil
      throw error
    }
  }

  private func skip(
    to offset: Int, _ cursor: GzipCursor, _ state: inout Unpacking
  ) throws(FileError) {
    if cursor.position == offset { return }
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
    defer { room.deallocate() }
    while cursor.position < offset {
      let wanted = min(offset - cursor.position, room.count)
      if try cursor.read(into: UnsafeMutableBufferPointer(rebasing: room[..<wanted])) == 0 {
        return
      }
      try keepPlace(cursor, &state)
    }
  }

  /// Keeps a place where the last one is far behind; of too many, every second.
  private func keepPlace(_ cursor: GzipCursor, _ state: inout Unpacking) throws(FileError) {
    guard cursor.position >= (state.places.last?.position ?? 0) + state.spacing else { return }
    if state.places.count == Self.mostPlaces {
      state.places = stride(from: 1, to: Self.mostPlaces, by: 2).map { state.places[$0] }
      state.spacing *= 2
      return
    }
    state.places.append(try GzipCursor(copying: cursor))
  }
}
