import Files
import Foundation
import Results
import Training

/// What a worker leaves in its run's folder: all that a store needs, should the parent be gone.
///
/// The file is two lines of JSON: the record, and `{"run":"…","sha256":"…"}` with the run's fingerprint
/// and the digest of the first line's bytes, so that neither a damaged figure nor another run's is
/// taken for a result. Files of earlier versions have no fingerprint, or the first line alone.
struct FinishedRun: Codable {
  var outcome: RunOutcome
  var epochs: [EpochRecord]

  /// What stands in a folder.
  enum Reading {
    /// The run has not ended.
    case none
    case whole(FinishedRun)
    /// There is a file that cannot be believed, and why.
    case damaged(String)
  }

  /// Epochs and a confusion matrix of thousands of classes stay far below it.
  private static let sizeLimit = 1 << 30

  init(outcome: RunOutcome, epochs: [EpochRecord]) {
    (self.outcome, self.epochs) = (outcome, epochs)
  }

  /// Reads what was left in a folder of the run with this fingerprint.
  ///
  /// - Throws: `FileError` where the system refuses to read it; damage is no error.
  static func read(in folder: RunFolder, of run: String) throws -> Reading {
    guard try FileStamp(of: folder.outcome) != nil else { return .none }
    let bytes = try WholeFile.read(path: folder.outcome, limit: sizeLimit)
    var text = bytes[...]
    if let place = bytes.lastIndex(of: UInt8(ascii: "\n")) {
      text = bytes[..<place]
      let digest = SHA256Digest.hex(of: text)
      let seals = [seal(digest, of: run), seal(digest, of: nil)]
      guard seals.contains(where: bytes[place...].elementsEqual) else {
        let isWhole = String(decoding: bytes[place...], as: UTF8.self).contains(digest)
        return .damaged(
          "\(folder.outcome) is damaged: "
            + (isWhole
              ? "it is not this run's" : "its checksum is not that of its content"))
      }
    }
    do {
      return .whole(try JSONDecoder().decode(Self.self, from: Data(text)))
    } catch {
      return .damaged("\(folder.outcome) is damaged: it is no record of a finished run")
    }
  }

  /// Puts a damaged file aside, under a name that nobody reads, so that the run can go on.
  static func setAside(in folder: RunFolder) throws(FileError) {
    let aside = folder.outcome + ".damaged"
    guard rename(folder.outcome, aside) == 0 else {
      throw FileError("set aside", folder.outcome, code: errno)
    }
  }

  /// Writes it whole or not at all, as that of the run with this fingerprint.
  func write(to folder: RunFolder, of run: String) throws {
    var bytes = try JSONEncoder().encode(self)
    bytes += Self.seal(SHA256Digest.hex(of: bytes), of: run)
    try AtomicFile.write(bytes, to: folder.outcome)
  }

  /// The second line, with the line feed before it.
  private static func seal(_ digest: String, of run: String?) -> [UInt8] {
    let name = run.map { "\"run\":\"\($0)\"," } ?? ""
    return Array("\n{\(name)\"sha256\":\"\(digest)\"}".utf8)
  }
}
