import Datasets
import Files
import Foundation
import Images
import Kernels
import Networks
import Recipes

/// A finished run's network: what it was tested with, for use outside the sweep.
///
/// A run keeps one set of weights, those of the epoch that was best on validation (the last epoch
/// where no validation figure chose one): the very weights whose test figures are in the store.
public struct TrainedModel: Sendable {
  /// What the run was trained by.
  public let recipe: Recipe
  /// In the order of the logits.
  public let classes: [String]
  /// Under torchvision's names, in PyTorch's layout.
  package let tensors: [NamedTensor]
  private let digest: String

  /// Reads a run's weights.
  ///
  /// - Parameters:
  ///   - path: as ``RunFolder/weights`` names it.
  ///   - digest: what the store says they are; `nil` to believe the file's own checksum.
  /// - Throws: `FileError` where the file cannot be read, `TrainingError` where it is damaged, or holds
  ///   other weights or no classes.
  public init(recipe: Recipe, weightsAt path: String, digest expected: String?) throws {
    func damaged(_ reason: String) -> TrainingError {
      TrainingError(
        "the weights in \(path) are damaged: \(reason); put back a copy, or remove the run and its "
          + "folder ('poise runs remove RUN --files') and sweep again, to the same bits on the same "
          + "machine")
    }
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(readingFrom: path)
    } catch let error as CheckpointError {
      throw damaged(error.reason)
    }
    digest = NamedTensor.digest(of: checkpoint.tensors)
    guard expected == nil || expected == digest else {
      throw TrainingError(
        "the weights in \(path) are not those of this run: their SHA-256 is "
          + "\(digest.prefix(16))…, the store says \(expected!.prefix(16))…; make the run again")
    }
    do {
      classes = try JSONDecoder().decode([String].self, from: checkpoint.metadata)
    } catch {
      throw damaged("the classes in it cannot be understood")
    }
    (self.recipe, tensors) = (recipe, checkpoint.tensors)
  }

  /// Writes the weights as `.safetensors` with all that is needed to use them elsewhere.
  ///
  /// - Parameters:
  ///   - imagesSeen: how many images had been trained on when the weights were taken.
  ///   - facts: more metadata, such as the run's number.
  /// - Throws: `FileError` where the file cannot be written.
  public func export(to path: String, imagesSeen: Int, facts: [String: String] = [:]) throws {
    let image = recipe.image
    func list(_ numbers: [Float]) -> String {
      "[" + numbers.map(\.description).joined(separator: ",") + "]"
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let own = [
      "architecture": recipe.model.architecture.rawValue, "stem": recipe.model.stem.rawValue,
      WeightExport.classesKey: String(decoding: try encoder.encode(classes), as: UTF8.self),
      "input_height": "\(image.height)", "input_width": "\(image.width)", "input_channels": "RGB",
      "mean": list(image.mean), "standard_deviation": list(image.standardDeviation),
      "preprocessing": image.preprocessing, "decode": image.decoding.scale.rawValue,
      "orientation": image.decoding.orientation.rawValue,
      "experiment": recipe.experiment, "strategy": recipe.label, "variant": recipe.variant,
      "seed": "\(recipe.seed)", "weights_sha256": digest,
    ]
    try WeightExport.write(
      tensors, batches: imagesSeen / recipe.training.batch, metadata: own.merging(facts) { $1 },
      to: path)
  }

  /// A network with these weights for batches of `batch` images.
  func classifier(batch: Int, pool: ThreadPool) throws -> ImageClassifier {
    if let text = recipe.model.text {
      throw TrainingError(
        "this run reads texts (model.text.variant \(text.variant.rawValue)), and images alone cannot "
          + "be put through it; choose a run whose variant is none")
    }
    // The strategy's head does not depend on how many images a class has.
    let evenly = TrainingSplit(
      examples: classes.indices.map { LabeledExample(example: $0, classIndex: $0) },
      classCount: classes.count)
    let plan = try recipe.strategy.strategy.plan(for: ClassCensus(of: evenly, names: classes))
    let model = try ImageClassifier(
      recipe.model.fitted(to: plan.head), classes: classes.count, height: recipe.image.height,
      width: recipe.image.width, batch: batch, seed: recipe.seed, pool: pool)
    try load(into: model)
    return model
  }

  /// Sets the weights and running statistics of a network, or of one of its parts.
  func load(into model: ImageClassifier, only part: Parameter.Part? = nil) throws {
    let byName = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    for parameter in model.parameters + model.buffers
    where part == nil || parameter.part == part {
      guard let tensor = byName[parameter.name], tensor.shape == parameter.shape else {
        throw TrainingError("the run's weights lack a fitting '\(parameter.name)'")
      }
      parameter.setTorchValues(tensor.values)
    }
  }
}

/// What a network says about one image.
public struct ImagePrediction: Sendable {
  /// The image's file, as it was named.
  public var path: String
  /// In the order of the classes.
  public var logits: [Float]
  /// The logits' softmax, in the order of the classes.
  public var probabilities: [Float]
  /// What else there is to say of the picture.
  public var remarks: [PixelRemark]

  /// Indices of the most probable classes, the likeliest first; equal ones in their own order.
  public func best(_ count: Int) -> [Int] {
    let order = probabilities.indices.sorted {
      probabilities[$0] == probabilities[$1] ? $0 < $1 : probabilities[$0] > probabilities[$1]
    }
    return Array(order.prefix(count))
  }

  /// The remarks on several pictures, in sentences that begin with their counts.
  public static func notes(on predictions: [ImagePrediction]) -> [String] {
    PixelRemark.sentences(
      of: predictions.flatMap { item in item.remarks.map { (name: item.path, remark: $0) } })
  }
}

extension TrainedModel {
  /// Classifies picture files, prepared as a run's evaluation prepares its images.
  ///
  /// - Returns: for each path, in order, a prediction or why the image cannot be decoded.
  /// - Throws: `TrainingError` where the run reads texts or its weights do not fit its recipe. An
  ///   image that cannot be decoded is a result, not an error.
  public func predict(
    _ paths: [String], threads: Int
  ) throws -> [Result<ImagePrediction, ImageError>] {
    // Batch normalisation is planned for at least two numbers a channel.
    let batch = min(max(2, paths.count), recipe.training.batch, 64)
    let model = try classifier(batch: max(2, batch), pool: ThreadPool(threads: threads))
    let slots = model.input.shape.n
    var results: [Result<ImagePrediction, ImageError>] = []
    for start in stride(from: 0, to: paths.count, by: slots) {
      let slice = paths[start..<min(start + slots, paths.count)]
      model.input.fill(0)
      var loaded: [Result<[PixelRemark], ImageError>] = []
      for (slot, path) in slice.enumerated() {
        do throws(ImageError) {
          loaded.append(.success(try load(path, slot: slot, of: model)))
        } catch {
          loaded.append(.failure(error))
        }
      }
      model.forward(phase: .evaluation, step: 0)
      for (slot, path) in slice.enumerated() {
        results.append(
          loaded[slot].map { prediction(path, slot: slot, of: model, remarks: $0) })
      }
    }
    return results
  }

  private func load(
    _ path: String, slot: Int, of model: ImageClassifier
  ) throws(ImageError) -> [PixelRemark] {
    let (height, width) = (recipe.image.height, recipe.image.width)
    let picture = try ImageDecoder.picture(
      path: path, options: recipe.image.decoding, target: (height, width))
    let image = picture.image.resized(height: height, width: width)
    let table = recipe.image.normalizationTable()
    let target = model.input.pointer + slot * image.pixels.count
    for (index, byte) in image.pixels.enumerated() {
      target[index] = table[index % 3 * 256 + Int(byte)]
    }
    return picture.remarks
  }

  private func prediction(
    _ path: String, slot: Int, of model: ImageClassifier, remarks: [PixelRemark]
  ) -> ImagePrediction {
    let count = classes.count
    let logits = [Float](
      UnsafeBufferPointer(start: model.logits.pointer + slot * count, count: count))
    var probabilities = logits
    Softmax.probabilities(&probabilities, of: logits, rows: 1, classes: count)
    return ImagePrediction(
      path: path, logits: logits, probabilities: probabilities, remarks: remarks)
  }
}
