import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Weights

/// Whose row is whose: a head is taken only where that is known.
@Suite("Heads of weight files") struct StoredHeadTests {
  private static let stored = ["ant", "bee", "cat"]

  private func model(hidden: [Int] = [], seed: UInt64 = 3) throws -> ImageClassifier {
    try ImageClassifier(
      ModelConfiguration(architecture: .cifarResnet20, stem: .small, hidden: hidden), classes: 3,
      height: 8, width: 8, batch: 2, seed: seed, pool: ThreadPool(threads: 1))
  }

  /// A file of a network whose last layer has the row's number in all places of a row.
  private func weights(
    in folder: TemporaryFolder, named: Bool, hidden: [Int] = []
  ) throws -> PretrainedWeights {
    let model = try model(hidden: hidden, seed: 9)
    for parameter in model.classifier {
      let width = parameter.count / 3
      parameter.setTorchValues((0..<parameter.count).map { Float($0 / width) })
    }
    let path = folder.path(of: "w.safetensors")
    let metadata = named ? [WeightExport.classesKey: #"["ant","bee","cat"]"#] : [:]
    try WeightExport.write(model.torchTensors(), batches: 0, metadata: metadata, to: path)
    return try PretrainedWeights(path: path)
  }

  /// The file's row that each row of the last layer has, of its weight and its bias.
  private func rows(_ model: ImageClassifier) -> [[Float]] {
    model.classifier.map { parameter in
      let width = parameter.count / 3
      let values = parameter.torchValues()
      return (0..<3).map { values[$0 * width] }
    }
  }

  @Test(arguments: [[], [5]])
  func `rows with names are put in the data's order`(hidden: [Int]) throws {
    let folder = try TemporaryFolder("head")
    let weights = try weights(in: folder, named: true, hidden: hidden)
    for names in [["ant", "bee", "cat"], ["cat", "ant", "bee"], ["bee", "ant", "cat"]] {
      let model = try model(hidden: hidden)
      let notes = try weights.load(into: model, classes: names)
      let expected = names.map { Float(Self.stored.firstIndex(of: $0)!) }
      #expect(rows(model) == [expected, expected])
      #expect(notes.count == 1 && notes[0].contains("head included"))
      #expect(notes[0].contains("by their names") == (names != Self.stored))
    }
  }

  @Test func `rows that nobody names are not taken, and the note says so`() throws {
    let folder = try TemporaryFolder("head")
    let weights = try weights(in: folder, named: false)
    let model = try model()
    let before = rows(model)
    let notes = try weights.load(into: model, classes: ["x", "y", "z"])
    #expect(rows(model) == before && notes.count == 2)
    #expect(notes[1].contains("does not say which class each of its 3 rows is"), "\(notes)")
    let dropped = try weights.load(into: model, classes: ["x", "y", "z"], head: .drop)
    #expect(rows(model) == before && dropped[1].contains("(model.weights.head: drop)"))
  }

  @Test func `a choice is followed, or is an error`() throws {
    let folder = try TemporaryFolder("head")
    let weights = try weights(in: folder, named: false)
    let model = try model()
    _ = try weights.load(into: model, classes: ["z", "y", "x"], head: .keep)
    #expect(rows(model) == [[0, 1, 2], [0, 1, 2]])
    _ = try weights.load(
      into: model, classes: ["z", "y", "x"], head: .classes(["x", "z", "y"]))
    #expect(rows(model) == [[1, 2, 0], [1, 2, 0]])
    let other = #expect(throws: WeightError.self) {
      try weights.load(into: model, classes: ["z", "y", "x"], head: .classes(["x", "z", "w"]))
    }
    #expect(other?.reason.contains("other classes than the data has") == true)
    let deep = try self.model(hidden: [5])
    let misfit = #expect(throws: WeightError.self) {
      try weights.load(into: deep, classes: ["z", "y", "x"], head: .keep)
    }
    #expect(misfit?.reason.contains("cannot be taken") == true, "\(misfit?.reason ?? "")")
  }

  /// PyTorch's `ImageFolder` sorts names as text. Python:
  /// `s = sorted(str(i) for i in range(12)); [s.index(str(i)) for i in range(12)]`
  /// = [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3].
  @Test func `an ImageFolder's numeric names stand in the order of texts`() throws {
    let listed = ["0", "1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9"]
    let configuration = ModelConfiguration(architecture: .cifarResnet20, stem: .small)
    func model(seed: UInt64) throws -> ImageClassifier {
      try ImageClassifier(
        configuration, classes: 12, height: 8, width: 8, batch: 2, seed: seed,
        pool: ThreadPool(threads: 1))
    }
    let stored = try model(seed: 9)
    for parameter in stored.classifier {
      let width = parameter.count / 12
      parameter.setTorchValues((0..<parameter.count).map { Float($0 / width) })
    }
    let folder = try TemporaryFolder("head")
    let path = folder.path(of: "w.safetensors")
    try WeightExport.write(stored.torchTensors(), batches: 0, metadata: [:], to: path)
    let loaded = try model(seed: 3)
    _ = try PretrainedWeights(path: path).load(
      into: loaded, classes: (0..<12).map(String.init), head: .classes(listed))
    let bias = try #require(loaded.classifier.first { $0.shape.count == 1 })
    #expect(bias.torchValues() == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3])
  }

  @Test func `a class less is no shift of the rows after it`() throws {
    let folder = try TemporaryFolder("head")
    let head = try weights(in: folder, named: true).head
    let configuration = ModelConfiguration(architecture: .cifarResnet20, stem: .small)
    #expect(head.choice(for: configuration, classes: ["ant", "cat"]) == nil)
    let problem = head.obstacle(
      to: .classes(["ant", "bee", "cat"]), for: configuration, classes: ["ant", "cat"])
    #expect(problem?.contains("the data has 2 classes") == true, "\(problem ?? "")")
  }

  @Test func `what saying nothing stands for is told before anything is trained`() throws {
    let folder = try TemporaryFolder("head")
    let named = try weights(in: folder, named: true).head
    let configuration = ModelConfiguration(architecture: .cifarResnet20, stem: .small)
    #expect(named.rows == 3 && named.classes == Self.stored)
    #expect(named.choice(for: configuration, classes: Self.stored) == nil)
    #expect(
      named.choice(for: configuration, classes: ["cat", "bee", "ant"]) == .classes(Self.stored))
    // Other classes, or more of them, started anew before too.
    #expect(named.choice(for: configuration, classes: ["a", "b", "c"]) == nil)
    #expect(named.choice(for: configuration, classes: Self.stored + ["dog"]) == nil)
    let silent = try weights(in: folder, named: false).head
    #expect(silent.choice(for: configuration, classes: ["a", "b", "c"]) == .drop)
    #expect(silent.choice(for: configuration, classes: ["a", "b"]) == nil)
    var cosine = configuration
    cosine.cosineScale = 16
    #expect(silent.choice(for: cosine, classes: ["a", "b", "c"]) == nil)
    let problem = silent.obstacle(
      to: .classes(["a", "b", "d"]), for: configuration, classes: ["a", "b", "c"])
    #expect(problem?.hasSuffix("missing 'c'; unknown 'd'") == true, "\(problem ?? "")")
    #expect(silent.obstacle(to: .drop, for: cosine, classes: ["a"]) == nil)
    #expect(silent.obstacle(to: .keep, for: cosine, classes: ["a", "b", "c"]) != nil)
  }
}
