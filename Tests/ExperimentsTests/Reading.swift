import Experiments
import Foundation
import TestSupport

/// Reads text as an experiment file in a folder of its own.
struct Reading {
  static let head = """
    name: t
    dataset: {format: folder, root: data}
    image: {size: 32}

    """

  /// The experiment of a text, beside other files. The file is called `t.yaml`.
  static func read(
    _ text: String, beside files: [String: String] = [:],
    set overrides: [(key: String, value: String)] = [], environment: [String: String] = [:]
  ) throws -> Experiment {
    try read(Data(text.utf8), beside: files, set: overrides, environment: environment)
  }

  /// The problems of a text, one line each, without the folder's name.
  static func problems(
    _ text: String, beside files: [String: String] = [:],
    set overrides: [(key: String, value: String)] = [], environment: [String: String] = [:]
  ) -> [String] {
    problems(Data(text.utf8), beside: files, set: overrides, environment: environment)
  }

  static func problems(
    _ data: Data, beside files: [String: String] = [:],
    set overrides: [(key: String, value: String)] = [], environment: [String: String] = [:]
  ) -> [String] {
    do {
      _ = try read(data, beside: files, set: overrides, environment: environment)
      return []
    } catch let error as Located {
      return error.problems.problems.map {
        $0.description.replacing(error.folder + "/", with: "")
      }
    } catch {
      return ["\(error)"]
    }
  }

  private struct Located: Error, CustomStringConvertible {
    var problems: ExperimentProblems
    var folder: String
    var description: String { problems.description }
  }

  private static func read(
    _ data: Data, beside files: [String: String], set overrides: [(key: String, value: String)],
    environment: [String: String]
  ) throws -> Experiment {
    let folder = try TemporaryFolder("experiments")
    for (name, text) in files { try folder.write(text, to: name) }
    let path = try folder.write(data, to: "t.yaml")
    do {
      return try ExperimentFile.read(path: path, overrides: overrides, environment: environment)
    } catch {
      throw Located(problems: error, folder: folder.path)
    }
  }
}
