import Files
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

  /// What the files that were read hold of classifiers, by the digest of the file.
  private(set) var heads: [String: StoredHead] = [:]

  /// The source that `section` names for a network, or `nil` where it names none or a bad one.
  func read(_ section: SectionReader, for configuration: ModelConfiguration) -> WeightSource? {
    guard let node = section.node("weights") else { return nil }
    if node.entries == nil {
      return read(section, "weights", node, for: configuration, head: nil)
    }
    let inner = section.section("weights", .weights)
    guard let file = inner.node("file") else {
      inner.addMissing("file", example: "weights.pth")
      return nil
    }
    return read(inner, "file", file, for: configuration, head: head(inner))
  }

  private func read(
    _ section: SectionReader, _ key: String, _ node: FileNode,
    for configuration: ModelConfiguration, head: HeadChoice?
  ) -> WeightSource? {
    guard let text = section.text(key), let path = path(section, key, node, text) else {
      return nil
    }
    let weights = opened[path] ?? Result { try PretrainedWeights(path: path) }
    opened[path] = weights
    switch weights {
    case .failure(let error):
      section.add(key, "\(error)", isMissing: (error as? FileError)?.code == ENOENT)
      return nil
    case .success(let weights):
      let known = Key(
        path: path, architecture: configuration.architecture, stem: configuration.stem)
      let problem = checked[known] ?? Self.problem(weights, configuration)
      checked[known] = .some(problem)
      if let problem {
        section.add(key, problem)
        return nil
      }
      heads[weights.digest] = weights.head
      section.problems.warn(
        node.place,
        "\(section.path(key)): \(text): \(weights.summary), SHA-256 \(weights.digest)",
        hint: "a head is taken only where it is known which class each of its rows is",
        as: .note)
      return WeightSource(path: path, digest: weights.digest, head: head)
    }
  }

  /// `drop`, `keep`, or the classes of the rows.
  private func head(_ section: SectionReader) -> HeadChoice? {
    guard let node = section.node("head") else { return nil }
    if node.elements != nil {
      let names = section.texts("head", of: "class names") ?? []
      if names.isEmpty { section.add("head", "the list is empty") }
      return .classes(names)
    }
    switch node.text {
    case "drop": return .drop
    case "keep": return .keep
    default:
      section.addWrong(
        node, "head", expected: "drop, keep, or the list of the classes of its rows, in their order"
      )
      return nil
    }
  }

  /// The file that `text` names: a path, or `run:` with a run's number or name.
  private func path(
    _ section: SectionReader, _ key: String, _ node: FileNode, _ text: String
  ) -> String? {
    guard text.hasPrefix("run:") else { return section.absolutePath(key) }
    let name = String(text.dropFirst(4)).trimmingCharacters(in: .whitespaces)
    guard let weightsOfRun else {
      section.addWrong(
        node, key, expected: "the path of a .safetensors, .pth or .pt file",
        hint: "write the run's weights to a file first: poise export \(name) weights.safetensors")
      return nil
    }
    do {
      return try weightsOfRun(name)
    } catch let error as MissingRun {
      section.add(key, "received '\(text)': \(error)", isMissing: true)
      return nil
    } catch {
      section.add(key, "received '\(text)': \(error)")
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
    return node.absolutePath(text)
  }
}
