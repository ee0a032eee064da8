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

  /// What was measured for a shape; `nil` where nothing was, or the file is not as it was written.
  subscript(shape: RehearsalShape) -> StepTimes? {
    guard let path = path(of: shape),
      let text = try? String(contentsOfFile: path, encoding: .utf8)
    else { return nil }
    let parts = text.split(separator: "\n", maxSplits: 1)
    guard parts.count == 2, SHA256Digest.hex(of: String(parts[1])) == parts[0] else { return nil }
    return try? JSONDecoder().decode(StepTimes.self, from: Data(parts[1].utf8))
  }

  /// Keeps what was measured. A folder that cannot be written costs time, and nothing else.
  func keep(_ times: StepTimes, for shape: RehearsalShape) {
    guard let folder, let path = path(of: shape),
      let json = try? JSONEncoder().encode(times)
    else { return }
    let text = String(decoding: json, as: UTF8.self)
    try? Folder.create(folder)
    try? AtomicFile.write(SHA256Digest.hex(of: text) + "\n" + text, to: path)
  }

  private func path(of shape: RehearsalShape) -> String? {
    let key = Key(
      shape: shape, processor: EnvironmentProbe.processor,
      kernels: "\(OpenBLAS.coreName) \(OpenBLAS.kernels)", threads: threads,
      build: Build.image)
    guard let folder, let text = try? CanonicalJSON.text(of: key, excluding: []) else { return nil }
    return "\(folder)/measurements-\(SHA256Digest.hex(of: text).prefix(24)).cache"
  }
}
