import Foundation

/// Reads experiment files.
public enum ExperimentFile {
  /// Names a folder that takes the place of `dataset.root`.
  public static let rootVariable = "COUNTERPOISE_DATA"
  private static let extendsLimit = 8
  /// A run's number or name → the path of a file with its weights.
  public typealias WeightsOfRun = (String) throws -> String

  /// Reads and checks the file at `path`.
  ///
  /// What counts more overrides what counts less: the files it extends, the file, the environment
  /// variable ``rootVariable``, then `overrides` in their order. Nothing is looked up but the files;
  /// the data is not touched.
  ///
  /// - Parameters:
  ///   - overrides: dotted keys with values in YAML, as `--set training.batch=32` gives them.
  ///   - environment: the process's variables.
  ///   - weightsOfRun: the file with the weights of a finished run that `model.weights: run:…` names;
  ///     where `nil`, such runs are refused.
  /// - Throws: everything that is wrong, at once.
  public static func read(
    path: String, overrides: [(key: String, value: String)] = [],
    environment: [String: String] = [:], weightsOfRun: WeightsOfRun? = nil
  ) throws(ExperimentProblems) -> Experiment {
    let problems = ProblemList()
    var source = ""
    var extended: [String] = []
    let root = try merged(
      path: path, overrides: overrides, environment: environment, problems: problems,
      source: &source, extended: &extended)
    let reader = ExperimentReader(
      root, file: path, problems: problems, weights: WeightReader(weightsOfRun))
    guard var experiment = reader.read() else {
      try problems.check()
      preconditionFailure("an experiment that cannot be read has a problem")
    }
    try problems.check()
    experiment.source = source
    experiment.extended = extended
    return experiment
  }

  /// The file's root over those of the files it extends, under the environment and `overrides`.
  static func merged(
    path: String, overrides: [(key: String, value: String)], environment: [String: String],
    problems: ProblemList, source: inout String, extended: inout [String]
  ) throws(ExperimentProblems) -> FileNode {
    let file = load(path, into: problems, source: &source, extended: &extended)
    try problems.check()
    guard var root = file else { preconditionFailure("a file that was not read has a problem") }
    if let folder = environment[rootVariable], !folder.isEmpty {
      let place = Place(file: "environment variable \(rootVariable)")
      let value = FileNode(.scalar(text: folder, quoted: true), at: place)
      root = value.wrapped(in: ["dataset", "root"], at: place).merged(over: root)
    }
    for (key, value) in overrides {
      if let change = change(key, value, problems) { root = change.merged(over: root) }
    }
    try problems.check()
    return root
  }

  /// The file's root over those of the files it extends.
  private static func load(
    _ path: String, into problems: ProblemList, source: inout String, extended: inout [String]
  ) -> FileNode? {
    var chain: [FileNode] = []
    var seen: [String] = []
    var next: (path: String, place: Place)? = (path, Place(file: path))
    while let (path, place) = next {
      next = nil
      let identity = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
      if seen.contains(identity) {
        problems.add(place, "extends: '\(path)' extends itself", hint: "break the circle")
        return nil
      }
      guard seen.count < extendsLimit else {
        problems.add(place, "extends: more than \(extendsLimit) files extend one another")
        return nil
      }
      seen.append(identity)
      var loader = FileLoader(file: path, problems: problems)
      let purpose = chain.isEmpty ? "" : "extends: '\(path)': "
      guard let text = loader.text(at: path, place: place, purpose: purpose) else { return nil }
      if chain.isEmpty { source = text } else { extended.append(path) }
      guard let root = loader.load(text) else { return nil }
      guard root.entries != nil else {
        problems.add(
          root.place, "received \(root.received), expected a mapping of keys",
          hint: "an experiment file begins with 'name: …'")
        return nil
      }
      chain.append(root.removing(["extends"]))
      if let base = root["extends"] {
        guard let name = base.text, !base.isNothing else {
          problems.add(base.place, "extends: received \(base.received), expected one path")
          return nil
        }
        let folder = (path as NSString).deletingLastPathComponent
        let joined = name.hasPrefix("/") ? name : (folder as NSString).appendingPathComponent(name)
        next = (joined, base.place)
      }
    }
    return chain.dropFirst().reduce(chain.first) { newer, older in newer?.merged(over: older) }
  }

  /// One `--set`, as nested mappings.
  private static func change(
    _ key: String, _ value: String, _ problems: ProblemList
  ) -> FileNode? {
    let place = Place(file: "--set \(key)=\(value)")
    let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard path.allSatisfy({ !$0.isEmpty }) else {
      problems.add(
        place, "received the key '\(key)', expected keys joined by points",
        hint: "write for example --set training.batch=32")
      return nil
    }
    if path == ["extends"] {
      problems.add(place, "'extends' can only stand in a file")
      return nil
    }
    if value.allSatisfy(\.isWhitespace) {
      return FileNode(.scalar(text: "", quoted: false), at: place).wrapped(in: path, at: place)
    }
    let found = ProblemList()
    var loader = FileLoader(file: place.file, problems: found)
    let node = loader.load(value)
    for problem in found.problems { problems.add(place, problem.message, hint: problem.hint) }
    return node?.moved(to: place).wrapped(in: path, at: place)
  }
}
