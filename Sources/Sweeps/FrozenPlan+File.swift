import Files
import Foundation
import Recipes
import Results

extension FrozenPlan {
  /// A plan with the digest by which its file is told from others.
  public struct Sealed: Sendable {
    /// What the file says.
    public var plan: FrozenPlan
    /// SHA-256 of the plan's JSON, 64 hexadecimal digits.
    public var digest: String
    /// The whole file.
    public var bytes: [UInt8]
  }

  /// Plans of tens of thousands of runs stay below it.
  private static let sizeLimit = 1 << 30
  private static let opening = Array("{\"sha256\":\"".utf8)
  private static let middle = Array("\",\"plan\":\n".utf8)
  private static let closing = Array("\n}\n".utf8)
  private static let digits = 64

  /// The file's content: one JSON object with the plan and its SHA-256.
  ///
  /// - Throws: where a number of a recipe is not finite.
  public func sealed() throws -> Sealed {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = Array(try encoder.encode(self))
    let digest = SHA256Digest.hex(of: json)
    return Sealed(
      plan: self, digest: digest,
      bytes: Self.opening + Array(digest.utf8) + Self.middle + json + Self.closing)
  }

  /// Reads a frozen plan.
  ///
  /// - Throws: `FileError` where it cannot be read, ``SweepError`` where it is no plan, was changed, or
  ///   was frozen by a version to which its recipes mean something else.
  public static func read(path: String) throws -> Sealed {
    let bytes = try WholeFile.read(path: path, limit: sizeLimit)
    let start = opening.count + digits + middle.count
    guard bytes.starts(with: opening), bytes.count > start + closing.count,
      bytes[(opening.count + digits)...].starts(with: middle),
      bytes.suffix(closing.count).elementsEqual(closing)
    else {
      throw SweepError(
        "'\(path)' is no frozen plan, or only a part of one; 'poise plan FILE --freeze \(path)' writes it"
      )
    }
    let json = bytes[start..<bytes.count - closing.count]
    let digest = String(decoding: bytes[opening.count..<opening.count + digits], as: UTF8.self)
    guard SHA256Digest.hex(of: json) == digest else {
      throw SweepError(
        "'\(path)' was changed or damaged since it was frozen: its checksum is not that of its content; "
          + "a plan is never edited, freeze it anew")
    }
    try checkForm(of: json, path)
    do {
      let plan = try JSONDecoder().decode(FrozenPlan.self, from: Data(json))
      try plan.checkFingerprints(path)
      return Sealed(plan: plan, digest: digest, bytes: bytes)
    } catch is DecodingError {
      throw SweepError(
        "'\(path)' is no frozen plan that poise \(Build.version) understands; freeze it anew")
    }
  }

  /// What every version's plan says of itself.
  private struct Origin: Decodable {
    var form: Int
    var version: String
    var schema: Int
  }

  private static func checkForm(of json: ArraySlice<UInt8>, _ path: String) throws(SweepError) {
    guard let origin = try? JSONDecoder().decode(Origin.self, from: Data(json)),
      origin.form != currentForm || origin.schema != Recipe.schemaVersion
    else { return }
    throw SweepError(
      "'\(path)' was frozen by poise \(origin.version) (form \(origin.form), schema \(origin.schema)); "
        + "this is \(Build.version) (form \(currentForm), schema \(Recipe.schemaVersion)): use the "
        + "version that froze it, or freeze it anew")
  }

  private func checkFingerprints(_ path: String) throws(SweepError) {
    guard !runs.isEmpty else { throw SweepError("'\(path)' has no runs") }
    for run in runs {
      guard datasets.indices.contains(run.dataset), run.index >= 0,
        run.recipe.configHash(datasetDigest: datasets[run.dataset].digest)
          == run.description.configHash
      else {
        throw SweepError(
          "'\(path)': \(run.description.name) has another fingerprint for this version of poise than "
            + "for \(version), which froze the plan; use that version, or freeze it anew")
      }
    }
  }
}
