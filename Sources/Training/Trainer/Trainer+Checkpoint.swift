import Files
import Foundation
import Networks
import Tensors

extension Trainer {
  /// Writes the state, what the learners are, and what samplers know.
  func save() throws {
    state.position = stream.position
    state.learner = learner.state
    state.textLearner = textLearner?.state
    state.notices = notes.noticed.isEmpty ? nil : notes.noticed
    var tensors = learners.flatMap { $0.tensors() }
    let vectors =
      [("sampler/errors", errors), ("sampler/pass", stream.errorsAtPass)]
      + learner.scaleVectors.map { ($0.name, Optional($0.values)) }
    for (name, values) in vectors {
      guard let values else { continue }
      tensors.append(NamedTensor(name: name, shape: [values.count], values: values).written)
    }
    let metadata = try JSONEncoder().encode(state)
    try folder.checkpoints.save(metadata: metadata, tensors: tensors)
  }

  /// Continues from the folder's newest intact checkpoint of this very run, if there is one. What is
  /// set aside or fallen back to is told and noted.
  func restore(_ report: (TrainingEvent) -> Void) throws {
    while true {
      let loaded = try folder.checkpoints.load()
      if let notice = loaded.notice { note(notice, report) }
      guard let checkpoint = loaded.checkpoint else { return }
      guard let saved = savedState(of: checkpoint) else {
        note(try folder.checkpoints.setAside("its state cannot be understood"), report)
        continue
      }
      try check(saved)
      return try go(on: saved, from: checkpoint)
    }
  }

  private func note(_ notice: String, _ report: (TrainingEvent) -> Void) {
    notes.noticed.append(notice)
    report(.note(notice))
  }

  private func go(on saved: TrainingState, from checkpoint: Checkpoint) throws {
    try learner.restore(
      checkpoint, state: saved.learner, above: frozenPart(inPhase: saved.phase))
    if let textLearner, let state = saved.textLearner {
      try textLearner.restore(checkpoint, state: state, above: nil)
    }
    state = saved
    notes.noticed = (saved.notices ?? []) + notes.noticed
    if errors != nil { errors = checkpoint["sampler/errors"]?.values ?? errors }
    stream = makeStream(
      phase: saved.phase, at: saved.position, errors: checkpoint["sampler/pass"]?.values)
  }

  /// The state in a checkpoint; `nil` where it is none that this version wrote or knows.
  private func savedState(of checkpoint: Checkpoint) -> TrainingState? {
    try? JSONDecoder().decode(TrainingState.self, from: checkpoint.metadata)
  }

  /// Checks that a state is one of this run on the same texts.
  private func check(_ saved: TrainingState) throws {
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
  }

  /// Writes the models' weights under torchvision's names.
  ///
  /// - Returns: their SHA-256, over names and little-endian values in the order of the file.
  func writeWeights() throws -> String {
    let tensors = learners.flatMap { $0.model.torchTensors() }
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
  public static func digest(of tensors: [NamedTensor]) -> String {
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
