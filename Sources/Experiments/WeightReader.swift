import Foundation
import Networks

/// Reads `model.weights`: opens the file, checks that the network's trunk could start from it, and
/// takes its digest. Each file is opened once, however many variants name it.
final class WeightReader {
  private struct Key: Hashable {
    var path: String
    var architecture: ModelConfiguration.Architecture
    var stem: ModelConfiguration.Stem
  }

  private var opened: [String: Result<PretrainedWeights, any Error>] = [:]
  private var checked: [Key: String?] = [:]
  private let weightsOfRun: ExperimentFile.WeightsOfRun?

  /// A reader that asks `weightsOfRun` for the files of runs.
  init(_ weightsOfRun: ExperimentFile.WeightsOfRun?) { self.weightsOfRun = weightsOfRun }

  /// The source that `section` names for a network, or `nil` where it names none or a bad one.
  func read(_ section: SectionReader, for configuration: ModelConfiguration) -> WeightSource? {
    guard let node = section.node("weights"), let text = section.text("weights") else { return nil }
    guard let path = path(section, node, text) else { return nil }
    let weights = opened[path] ?? Result { try PretrainedWeights(path: path) }
    opened[path] = weights
    switch weights {
    case .failure(let error):
      section.add("weights", "\(error)")
      return nil
    case .success(let weights):
      let key = Key(
        path: path, architecture: configuration.architecture, stem: configuration.stem)
      let problem = checked[key] ?? Self.problem(weights, configuration)
      checked[key] = .some(problem)
      if let problem {
        section.add("weights", problem)
        return nil
      }
      section.problems.warn(
        node.place, "model.weights: \(text): \(weights.summary), SHA-256 \(weights.digest)",
        hint: "a head for other classes than the data's is replaced", as: .note)
      return WeightSource(path: path, digest: weights.digest)
    }
  }

  /// The file that `text` names: a path, or `run:` with a run's number or name.
  private func path(_ section: SectionReader, _ node: FileNode, _ text: String) -> String? {
    guard text.hasPrefix("run:") else { return section.absolutePath("weights") }
    let name = String(text.dropFirst(4)).trimmingCharacters(in: .whitespaces)
    guard let weightsOfRun else {
      section.addWrong(
        node, "weights", expected: "the path of a .safetensors, .pth or .pt file",
        hint: "write the run's weights to a file first: poise export \(name) weights.safetensors")
      return nil
    }
    do {
      return try weightsOfRun(name)
    } catch {
      section.add("weights", "received '\(text)': \(error)")
      return nil
    }
  }

  private static func problem(
    _ weights: PretrainedWeights, _ configuration: ModelConfiguration
  ) -> String? {
    do {
      try weights.checkTrunk(of: configuration)
      return nil
    } catch {
      return "\(error)"
    }
  }
}

extension SectionReader {
  /// The absolute path that a key names, seen from the folder of the file it is written in.
  func absolutePath(_ key: String) -> String? {
    guard let node = node(key), let text = text(key) else { return nil }
    // Options and environment variables have no line: they start from the working folder.
    let folder =
      node.place.line == nil
      ? FileManager.default.currentDirectoryPath
      : URL(fileURLWithPath: node.place.file).deletingLastPathComponent().path
    return URL(fileURLWithPath: text, relativeTo: URL(fileURLWithPath: folder, isDirectory: true))
      .standardizedFileURL.path
  }
}
