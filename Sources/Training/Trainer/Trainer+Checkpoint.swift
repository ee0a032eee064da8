import Files
import Foundation
import Networks
import Tensors

extension Trainer {
  /// Writes state, weights, running statistics, momentum and the best weights so far.
  ///
  /// What is frozen for the whole run is left out: the recipe says what it is.
  func save() throws {
    state.position = stream.position
    state.optimizerSteps = optimizer.steps
    var tensors = model.tensors(above: recipe.model.freeze).map { $0.written.under("model/") }
    tensors += optimizer.moments.map { $0.under("optimizer/") }
    tensors += (bestWeights ?? []).map { $0.written.under("best/") }
    if let fallback {
      tensors += fallback.tensors().map { $0.under("fallback/") }
      state.fallback = fallback.state
    }
    for (name, values) in [
      ("sampler/errors", errors), ("sampler/pass", stream.errorsAtPass),
      ("scales/frozen", scales?.frozen), ("scales/values", scales?.parameter.value.array),
    ] {
      guard let values else { continue }
      tensors.append(NamedTensor(name: name, shape: [values.count], values: values).written)
    }
    let metadata = try JSONEncoder().encode(state)
    try folder.checkpoints.save(metadata: metadata, tensors: tensors)
  }

  /// Continues from the folder's newest intact checkpoint of this very run, if there is one.
  func restore() throws {
    guard let checkpoint = try folder.checkpoints.load() else { return }
    let saved: TrainingState
    do {
      saved = try JSONDecoder().decode(TrainingState.self, from: checkpoint.metadata)
    } catch {
      throw TrainingError("the checkpoint in \(folder.path) cannot be understood: \(error)")
    }
    guard saved.fingerprint == state.fingerprint else {
      throw TrainingError(
        "the checkpoint in \(folder.path) belongs to run \(saved.fingerprint.prefix(12)), "
          + "but this is run \(state.fingerprint.prefix(12)); move the folder away to start anew")
    }
    guard saved.texts == state.texts else {
      throw TrainingError(
        "the checkpoint in \(folder.path) was made with other texts or another vocabulary than the "
          + "training split has now; put the data back, or move the folder away to start anew")
    }
    try model.restore(checkpoint.tensors(under: "model/"), above: recipe.model.freeze)
    scales = checkpoint.scales(of: model.classifier[0])
    optimizer = phaseOptimizer(saved.phase)
    if let fallback, let state = saved.fallback { try fallback.restore(checkpoint, state: state) }
    try optimizer.restore(
      OptimizerState(
        steps: saved.optimizerSteps, tensors: checkpoint.tensors(under: "optimizer/")))
    let best = checkpoint.tensors(under: "best/")
    bestWeights = best.isEmpty ? nil : best
    state = saved
    if errors != nil { errors = checkpoint["sampler/errors"]?.values ?? errors }
    stream = makeStream(
      phase: saved.phase, at: saved.position, errors: checkpoint["sampler/pass"]?.values)
  }

  /// Writes the model's weights under torchvision's names.
  ///
  /// - Returns: their SHA-256, over names and little-endian values in the order of the file.
  func writeWeights() throws -> String {
    let tensors = model.torchTensors() + (fallback?.model.torchTensors() ?? [])
    let classes = try JSONEncoder().encode(data.splits.census.names)
    try Checkpoint(metadata: classes, tensors: tensors).write(to: folder.weights)
    return NamedTensor.digest(of: tensors)
  }
}

extension ImageClassifier {
  /// Copies of all parameters and buffers above a part, in the engine's own layout.
  func snapshot(above part: FrozenPart?) -> [NamedTensor] {
    tensors(above: part).map(\.written.copied)
  }

  /// Puts copies back.
  func restore(_ tensors: [NamedTensor], above part: FrozenPart?) throws {
    let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    for parameter in self.tensors(above: part) {
      guard let tensor = byName[parameter.name], tensor.values.count == parameter.value.count else {
        throw TrainingError("the checkpoint lacks a fitting '\(parameter.name)'")
      }
      _ = parameter.value.buffer.update(fromContentsOf: tensor.values)
    }
  }
}

extension Checkpoint {
  /// The factors on the last layer's weights, where the phase had them.
  func scales(of weight: Parameter) -> ClassScales? {
    guard let frozen = self["scales/frozen"], let scales = self["scales/values"] else { return nil }
    return ClassScales(of: weight, frozen: frozen.values, scales: scales.values)
  }

  /// The tensors whose names start with `prefix`, without it.
  func tensors(under prefix: String) -> [NamedTensor] {
    tensors.compactMap {
      $0.name.hasPrefix(prefix) ? $0.renamed(String($0.name.dropFirst(prefix.count))) : nil
    }
  }
}

extension NamedTensor {
  /// SHA-256 over names and little-endian values.
  static func digest(of tensors: [NamedTensor]) -> String {
    var digest = SHA256Digest()
    for tensor in tensors {
      digest.update(tensor.name)
      tensor.values.withUnsafeBytes { digest.update($0) }
    }
    return digest.finalize()
  }

  func renamed(_ name: String) -> NamedTensor {
    NamedTensor(name: name, shape: shape, values: values)
  }
}
