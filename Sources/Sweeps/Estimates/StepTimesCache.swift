import Files
import Foundation
import Kernels
import Results
import Training

/// Measured durations by shape, kept beside decoded pixels: another processor, number of threads or
/// build of the program measures anew.
struct StepTimesCache {
  /// The folder; `nil` to keep nothing.
  let folder: String?
  let threads: Int

  /// All that durations depend on.
  private struct Key: Encodable {
    var shape: RehearsalShape
    var processor: String
    var kernels: String
    var threads: Int
    var build: String
  }

  /// What was measured for a shape; `nil` where nothing was, or the file is not as it was written or
  /// another's.
  subscript(shape: RehearsalShape) -> StepTimes? {
    guard let file = file(of: shape),
      let bytes = try? WholeFile.read(path: file.path, limit: Self.sizeLimit)
    else { return nil }
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n", maxSplits: 1)
    guard parts.count == 2, seal(String(parts[1]), of: file.key) == parts[0] else { return nil }
    return try? JSONDecoder().decode(StepTimes.self, from: Data(parts[1].utf8))
  }

  /// Keeps what was measured. A folder that cannot be written costs time, and nothing else.
  func keep(_ times: StepTimes, for shape: RehearsalShape) {
    guard let folder, let file = file(of: shape), let json = try? JSONEncoder().encode(times)
    else { return }
    let text = String(decoding: json, as: UTF8.self)
    try? Folder.create(folder)
    try? AtomicFile.write(seal(text, of: file.key) + "\n" + text, to: file.path)
  }

  /// A few durations; what is larger is no file of ours.
  private static let sizeLimit = 1 << 16

  /// What the first line says of the second.
  private func seal(_ text: String, of key: String) -> String {
    SHA256Digest.hex(of: key + "\n" + text)
  }

  private func file(of shape: RehearsalShape) -> (path: String, key: String)? {
    let key = Key(
      shape: shape, processor: EnvironmentProbe.processor,
      kernels: "\(OpenBLAS.coreName) \(OpenBLAS.kernels)", threads: threads,
      build: Build.image)
    guard let folder, let text = try? CanonicalJSON.text(of: key, excluding: []) else { return nil }
    let digest = SHA256Digest.hex(of: text)
    return ("\(folder)/measurements-\(digest.prefix(24)).cache", digest)
  }
}
