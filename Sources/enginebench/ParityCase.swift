import Networks
import Strategies
import Tensors
import Weights

/// A training that PyTorch did and wrote down: where it began, what it was given, what came out.
///
/// A safetensors file. Its metadata are texts: `arch`, `classes`, `steps`, `learning_rate`,
/// `momentum`, `weight_decay`, `reduction` (`mean_over_weights` or `mean_over_examples`) and, where
/// they differ from the usual, `stem` (`imagenet`) and `width_divisor` (1: torchvision's widths).
/// Its tensors, with torchvision's names and PyTorch's shapes: `initial/<name>`, `input/<step>`
/// (N×3×H×W), `target/<step>` (integers), `class_weight` (may be absent), `expected/logits/<step>`,
/// `expected/loss/<step>`, `expected/gradient/<name>` of step 0, `expected/final/<name>` after the
/// last step, and `expected/eval_logits` of `input/0` after it, in the evaluation phase.
struct ParityCase {
  /// What is wrong with a file, all of it.
  struct Fault: Error, CustomStringConvertible {
    let path: String
    let problems: [String]

    var description: String {
      let shown = problems.prefix(12).map { "\n  " + $0 }.joined()
      let rest = problems.count > 12 ? "\n  and \(problems.count - 12) more" : ""
      return "'\(path)' is no parity case:\(shown)\(rest)\n"
        + "Benchmarks/make_parity_case.py writes such files; "
        + "'enginebench help parity' describes them"
    }
  }

  let file: WeightFile
  let model: ModelConfiguration
  let divisor: Int
  let classes: Int
  let steps: Int
  let optimizer: OptimizerConfiguration
  let loss: CrossEntropy
  /// Of every batch.
  let input: Shape

  /// Reads a case; its tensors are checked against the network by ``check(_:)``.
  init(path: String) throws {
    let file = try WeightFile(path: path)
    var reader = MetadataReader(metadata: file.metadata)
    model = ModelConfiguration(
      architecture: reader.choice("arch", default: nil) ?? .resnet18,
      stem: reader.choice("stem", default: .imagenet) ?? .imagenet)
    let divisor = reader.count("width_divisor", default: 1)
    classes = reader.count("classes", default: nil)
    steps = reader.count("steps", default: nil)
    optimizer = OptimizerConfiguration(
      rule: .sgd, learningRate: reader.number("learning_rate"),
      momentum: reader.number("momentum"), weightDecay: reader.number("weight_decay"))
    let reduction: LossReduction = reader.choice("reduction", default: nil) ?? .meanOverWeights
    var problems = reader.problems
    if ![1, 2, 4, 8, 16].contains(divisor) {
      problems.append("width_divisor is \(divisor); expected 1, 2, 4, 8 or 16")
    }
    if file.format != .safetensors { problems.append("it is no safetensors file") }
    let shape = file["input/0"]?.shape ?? []
    if shape.count != 4 || shape[1] != 3 || shape.contains(0) {
      problems.append("input/0 should have the shape N×3×H×W; it \(Self.found(file["input/0"]))")
    }
    guard problems.isEmpty else { throw Fault(path: path, problems: problems) }
    (self.file, self.divisor) = (file, divisor)
    input = Shape(n: shape[0], h: shape[2], w: shape[3], c: 3)
    let weights = file["class_weight"]?.floats().map(Double.init)
    if let weights, weights.count != classes || !weights.allSatisfy({ $0 >= 0 && $0.isFinite }) {
      throw Fault(
        path: path,
        problems: ["class_weight should be \(classes) numbers of at least 0, one for each class"])
    }
    loss = CrossEntropy(classWeights: weights, reduction: reduction)
  }

  /// Throws unless every tensor that a replay with this network needs is there and fits it.
  func check(_ classifier: ImageClassifier) throws {
    var problems: [String] = []
    func need(_ name: String, _ shape: [Int]) {
      if file[name]?.shape != shape {
        problems.append("\(name) should have the shape \(shape); it \(Self.found(file[name]))")
      }
    }
    for step in 0..<steps {
      need("input/\(step)", [input.n, 3, input.h, input.w])
      need("target/\(step)", [input.n])
      if let labels = file["target/\(step)"], labels.shape == [input.n] {
        if labels.integers()?.allSatisfy({ (0..<classes).contains($0) }) != true {
          problems.append("target/\(step) should hold whole numbers from 0 to \(classes - 1)")
        }
      }
      need("expected/logits/\(step)", [input.n, classes])
      if file["expected/loss/\(step)"]?.count != 1 {
        problems.append("expected/loss/\(step) should be one number")
      }
    }
    need("expected/eval_logits", [input.n, classes])
    for parameter in classifier.parameters {
      need("initial/\(parameter.name)", parameter.shape)
      need("expected/gradient/\(parameter.name)", parameter.shape)
      need("expected/final/\(parameter.name)", parameter.shape)
    }
    for buffer in classifier.buffers {
      // Absent, they are those of a new network: 0 and 1.
      if file["initial/\(buffer.name)"] != nil { need("initial/\(buffer.name)", buffer.shape) }
      need("expected/final/\(buffer.name)", buffer.shape)
    }
    guard problems.isEmpty else { throw Fault(path: file.path, problems: problems) }
  }

  private static func found(_ tensor: StoredTensor?) -> String {
    tensor.map { "has the shape \($0.shape)" } ?? "is missing"
  }

  /// The images of a step, N×H×W×3.
  func fill(_ view: MutableTensorView, step: Int) {
    let values = file["input/\(step)"]!.floats()
    let pixels = input.h * input.w
    for image in 0..<input.n {
      for channel in 0..<3 {
        for pixel in 0..<pixels {
          view.pointer[(image * pixels + pixel) * 3 + channel] =
            values[(image * 3 + channel) * pixels + pixel]
        }
      }
    }
  }

  /// The targets of a step as N×K rows with a single 1.
  func targets(step: Int) -> AlignedBuffer {
    let rows = AlignedBuffer(count: input.n * classes)
    for (row, label) in file["target/\(step)"]!.integers()!.enumerated() {
      rows.pointer[row * classes + label] = 1
    }
    return rows
  }
}

/// Reads metadata and collects what is wrong with them.
private struct MetadataReader {
  let metadata: [String: String]
  var problems: [String] = []

  init(metadata: [String: String]) { self.metadata = metadata }

  private mutating func wrong(_ key: String, _ expected: String) {
    let found = metadata[key].map { "is '\($0)'" } ?? "is missing"
    problems.append("the metadata '\(key)' \(found); expected \(expected)")
  }

  mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ key: String, default usual: Value?
  ) -> Value? {
    if metadata[key] == nil, let usual { return usual }
    if let value = metadata[key].flatMap(Value.init(rawValue:)) { return value }
    wrong(key, "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
    return nil
  }

  mutating func count(_ key: String, default usual: Int?) -> Int {
    if metadata[key] == nil, let usual { return usual }
    if let value = metadata[key].flatMap(Int.init), (1...1_000_000).contains(value) {
      return value
    }
    wrong(key, "a whole number of at least 1")
    return 1
  }

  mutating func number(_ key: String) -> Double {
    if let value = metadata[key].flatMap(Double.init), value >= 0, value.isFinite { return value }
    wrong(key, "a number of at least 0")
    return 0
  }
}
