import Datasets
import Files
import Images
import Kernels
import Networks
import Recipes
import Strategies
import Tensors

/// The part of a network that a run does not train: fills the activations at the cut, from the
/// files that all runs share where they are there, else by computing them.
///
/// What it makes of a picture is one definite tensor, whichever batch and place the picture comes
/// in, so that training and metrics have the same bits with and without the files. Products of
/// matrices do not promise that: rows at the end of a block may be summed in another order. So the
/// batch has always the same size, and a probe finds the places of the batch that agree with one
/// another; only these are used, and a batch takes a second pass where they are too few.
final class FrozenTrunk {
  let part: FrozenPart
  /// What the run's notes say about it.
  private(set) var notes: [String] = []
  private let model: ImageClassifier
  private let loader: BatchLoader
  private let pool: ThreadPool
  /// The places that agree with one another, ascending, never none.
  private let places: [Int]
  /// Numbers of one image's activation.
  private let numbers: Int
  private let views: Int?
  private var training: Shelf?
  private var evaluation: Shelf?
  /// batch × numbers, for passes that do not fill the whole batch.
  private let staged: AlignedBuffer

  /// A file of activations with the places of the catalogue's examples in it.
  private struct Shelf {
    let cache: ActivationCache
    /// First record of each example of the catalogue.
    let records: [Int: Int]
  }

  /// Probes the frozen part and opens or builds its files.
  ///
  /// - Parameters:
  ///   - plan: what is kept; `nil` to keep nothing.
  ///   - folder: where the files are; `nil` to keep nothing.
  /// - Throws: `ActivationCache.Interrupted` when stopped. What is wrong with files is a note.
  init(
    _ part: FrozenPart, model: ImageClassifier, loader: BatchLoader, recipe: Recipe,
    data: PreparedData, plan: ActivationPlan?, folder: String?, mostPlaces: Int, pool: ThreadPool,
    shouldStop: () -> Bool, tell: (String) -> Void
  ) throws {
    (self.part, self.model, self.loader, self.pool) = (part, model, loader, pool)
    views = loader.views
    let shape = model.activation(at: part).shape
    numbers = shape.count / shape.n
    staged = AlignedBuffer(count: shape.count)
    let probe = FrozenProbe(part, model: model, loader: loader, data: data)
    places = Array(probe.places.suffix(mostPlaces))
    if probe.places.count < shape.n {
      notes.append(
        "the frozen trunk rounds alike in \(probe.places.count) of a batch's \(shape.n) places; "
          + "only these were used")
    }
    guard let plan, let folder else { return }
    let key = ActivationKey(
      model: "\(recipe.model.architecture.rawValue) \(recipe.model.stem.rawValue)", part: part,
      weights: Self.digest(of: model.tensors(within: part)), data: data.digest,
      image: recipe.image,
      engine: ActivationKey.Engine(
        convolution: recipe.model.convolution.rawValue,
        kernels: model.kernelNames(within: part),
        blas: "\(OpenBLAS.coreName) \(OpenBLAS.configuration)", batch: shape.n,
        probe: probe.digest),
      content: .evaluation)
    let splits = data.splits
    let content: ActivationKey.Content =
      views.map { .views(count: $0, seed: recipe.seed, transforms: recipe.augmentation) }
      ?? .training
    func open(
      _ content: ActivationKey.Content, _ decision: ActivationPlan.Decision,
      _ examples: [LabeledExample], views: Int?
    ) throws -> Shelf? {
      switch decision {
      case .computed(let reason):
        if !examples.isEmpty { notes.append(Self.note(content, part, "not kept: \(reason)")) }
        return nil
      case .kept:
        var key = key
        key.content = content
        return try shelf(
          key, examples, views: views, folder: folder, shouldStop: shouldStop, tell: tell)
      }
    }
    evaluation = try open(
      .evaluation, plan.evaluation, splits.validation.examples + splits.test.examples, views: nil)
    training = try open(content, plan.training, splits.training.examples, views: views)
  }

  private static func note(
    _ content: ActivationKey.Content, _ part: FrozenPart, _ text: String
  ) -> String { "activations at \(part.rawValue) for \(content.name) \(text)" }

  /// Opens or builds one file; nil with a note where the disk does not allow it.
  private func shelf(
    _ key: ActivationKey, _ examples: [LabeledExample], views: Int?, folder: String,
    shouldStop: () -> Bool, tell: (String) -> Void
  ) throws -> Shelf? {
    let pictures = examples.flatMap { example in
      (0..<(views ?? 1)).map {
        BatchLoader.Picture(example: example.example, view: views == nil ? nil : $0)
      }
    }
    do {
      let cache = try ActivationCache.open(
        folder: folder, key: key, count: pictures.count, numbers: numbers, chunk: places.count,
        pool: pool, shouldStop: shouldStop,
        willBuild: {
          let size = ActivationFile.size(count: pictures.count, numbers: numbers)
          tell(
            Self.note(
              key.content, part,
              "are computed once: \(pictures.count) records, \(ActivationPlan.text(bytes: size))"))
        },
        compute: { range, room in compute(pictures[range], into: room) })
      if case .rebuilt(let reason) = cache.origin {
        tell(Self.note(key.content, part, "were computed again: \(reason)"))
      }
      var records: [Int: Int] = [:]
      for (index, example) in examples.enumerated() {
        records[example.example] = index * (views ?? 1)
      }
      return Shelf(cache: cache, records: records)
    } catch let error as FileError {
      let note = Self.note(key.content, part, "not kept: \(error)")
      notes.append(note)
      tell(note)
      return nil
    }
  }

  private static func digest(of tensors: [Parameter]) -> String {
    var digest = SHA256Digest()
    for tensor in tensors {
      digest.update("\(tensor.name) \(tensor.shape)\n")
      digest.update(UnsafeRawBufferPointer(tensor.value.buffer))
    }
    return digest.finalize()
  }

  /// Fills the activations of images as they are, one a place from the first on.
  func present(_ examples: [LabeledExample]) {
    present(examples.map { BatchLoader.Picture(example: $0.example, view: nil) }, evaluation)
  }

  /// Fills the activations of a training batch; `drawnBefore` is the run's count of images before.
  func presentAugmented(
    _ examples: [LabeledExample], drawnBefore: Int, strategy: (any Augmentation)?
  ) {
    guard strategy == nil, loader.repeatsPictures else {
      loader.loadAugmented(
        examples, drawnBefore: drawnBefore, strategy: strategy, into: model.input)
      return model.forwardFrozen(part)
    }
    let pictures = examples.enumerated().map { slot, example in
      BatchLoader.Picture(
        example: example.example, view: loader.view(ofDraw: drawnBefore + slot))
    }
    present(pictures, training)
  }

  private func present(_ pictures: [BatchLoader.Picture], _ shelf: Shelf?) {
    let target = model.activation(at: part).pointer
    guard let shelf else {
      if places.count == model.input.shape.n {
        loader.load(pictures, at: places, into: model.input)
        return model.forwardFrozen(part)
      }
      compute(pictures[...], into: staged.pointer)
      return target.update(from: staged.pointer, count: pictures.count * numbers)
    }
    pool.run(chunks: pictures.count) { [numbers] slot, _ in
      let picture = pictures[slot]
      guard let first = shelf.records[picture.example] else {
        preconditionFailure("example \(picture.example) has no activation")
      }
      (target + slot * numbers).update(
        from: shelf.cache.record(first + (picture.view ?? 0)), count: numbers)
    }
  }

  /// Computes the activations of pictures, one after the other, in the places that agree.
  private func compute(
    _ pictures: ArraySlice<BatchLoader.Picture>, into target: UnsafeMutablePointer<Float>
  ) {
    var target = target
    var rest = pictures
    while !rest.isEmpty {
      let now = Array(rest.prefix(places.count))
      rest = rest.dropFirst(now.count)
      loader.load(now, at: places, into: model.input)
      model.forwardFrozen(part)
      let made = model.activation(at: part).pointer
      for index in now.indices {
        target.update(from: made + places[index] * numbers, count: numbers)
        target += numbers
      }
    }
  }
}
