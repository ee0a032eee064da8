/// Compressed files, read whole.
public enum Gzip {
  /// The content of a gzip file (all of its members), or of a plain file as it is.
  ///
  /// - Parameter limit: the most bytes the content may have. A gzip file may besides unpack to no
  ///   more than ``ContentFile/mostContent(ofCompressed:)``: both guard against a small file that
  ///   unpacks to fill the memory.
  /// - Throws: where the file cannot be read, is damaged, or has more content than allowed.
  public static func decompress(path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file = try ContentFile(path: path)
    guard file.isCompressed else {
      guard file.fileSize <= limit else { throw tooLarge(path, limit) }
      return try file.read(file.fileSize, at: 0)
    }
    let most = min(limit, file.mostContent)
    var content: [UInt8] = []
    let count = try file.forEachPiece(upTo: most) { piece, _ in content += piece }
    guard count <= most else {
      throw most == limit ? tooLarge(path, limit) : unpacksTooMuch(file)
    }
    return content
  }

  private static func tooLarge(_ path: String, _ limit: Int) -> FileError {
    FileError(
      "read", path, reason: "its content is larger than the limit of \(limit) bytes",
      advice: "check that this is the right file")
  }

  /// The refusal of a gzip file that unpacks to more than such a file may.
  static func unpacksTooMuch(_ file: ContentFile) -> FileError {
    FileError(
      "unpack", file.path,
      reason: "its \(file.fileSize) bytes unpack to more than \(file.mostContent), and a gzip file"
        + " may unpack to 64 times its length or 16 MiB",
      advice: "check that this is the right file; if it is, unpack it")
  }
}
