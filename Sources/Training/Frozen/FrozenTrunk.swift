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
/// What it makes of a picture is one definite tensor, whichever batch the picture comes in, so that
/// training and metrics have the same bits with and without the files. Products of matrices do not
/// promise that: rows near the end of a block may be summed in another order. So the batch has
/// always the same size, and a probe finds the groups of places that agree with one another. A
/// picture is computed in the group of one place that follows from its number, and a batch takes
/// another pass where more pictures want a group than it has places.
final class FrozenTrunk {
  let part: FrozenPart
  /// What the run's notes say about it.
  private(set) var notes: [String] = []
  private let model: ImageClassifier
  private let loader: BatchLoader
  private let pool: ThreadPool
  /// Places of the batch by group.
  private let places: [[Int]]
  /// The group of the picture with number i is that of index i modulo the count.
  private let groups: [Int]
  /// Numbers of one image's activation.
  private let numbers: Int
  private let views: Int?
  private var training: Roster
  private var evaluation: Roster
  /// batch × numbers, for passes that do not fill the whole batch.
  private let staged: AlignedBuffer
  /// Set where this trunk only stands in for one, to measure steps: what it would have kept, the same
  /// numbers take the place of.
  private let standsIn: ActivationPlan?

  /// Pictures in the order of a file, with the file where there is one.
  private struct Roster {
    /// The number of each example of the catalogue, of its first view where there are several.
    let numbers: [Int: Int]
    let pictures: [BatchLoader.Picture]
    var cache: ActivationCache?

    init(_ examples: [LabeledExample], views: Int?) {
      pictures = examples.flatMap { example in
        (0..<(views ?? 1)).map {
          BatchLoader.Picture(example: example.example, view: views == nil ? nil : $0)
        }
      }
      numbers = Dictionary(
        uniqueKeysWithValues: examples.enumerated().map { ($1.example, $0 * (views ?? 1)) })
    }

    func number(of picture: BatchLoader.Picture) -> Int {
      guard let first = numbers[picture.example] else {
        preconditionFailure("example \(picture.example) is not one of these")
      }
      return first + (picture.view ?? 0)
    }
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
    standsIn = nil
    views = loader.views
    let shape = model.activation(at: part).shape
    numbers = shape.count / shape.n
    staged = AlignedBuffer(count: shape.count)
    let probe = FrozenProbe(part, model: model, loader: loader, data: data)
    groups = probe.groups
    places = probe.placesByGroup(most: mostPlaces)
    let splits = data.splits
    training = Roster(splits.training.examples, views: views)
    evaluation = Roster(splits.validation.examples + splits.test.examples, views: nil)
    if places.count > 1 {
      notes.append(
        "the frozen trunk rounds in \(places.count) ways over a batch's \(shape.n) places; "
          + "every image keeps to one of them")
    }
    guard let plan, let folder else { return }
    let key = ActivationKey(
      part, of: model, recipe: recipe, data: data, probe: probe, content: .evaluation)
    var trainingKey = key
    trainingKey.content =
      views.map { .views(count: $0, seed: recipe.seed, transforms: recipe.augmentation) }
      ?? .training
    evaluation.cache = try cache(
      key, plan.evaluation, evaluation, folder: folder, shouldStop: shouldStop, tell: tell)
    training.cache = try cache(
      trainingKey, plan.training, training, folder: folder, shouldStop: shouldStop, tell: tell)
  }

  /// A trunk that computes what a run would compute in every step, and takes equal numbers for what a
  /// run would read from its files: for measuring steps, whose results mean nothing.
  init(
    standingInFor plan: ActivationPlan, model: ImageClassifier, loader: BatchLoader,
    pool: ThreadPool
  ) {
    (part, self.model, self.loader, self.pool) = (plan.part, model, loader, pool)
    (standsIn, views) = (plan, loader.views)
    let shape = model.activation(at: plan.part).shape
    numbers = shape.count / shape.n
    staged = AlignedBuffer(count: shape.count)
    (groups, places) = ([0], [Array(0..<shape.n)])
    (training, evaluation) = (Roster([], views: nil), Roster([], views: nil))
  }

  private static func note(
    _ content: ActivationKey.Content, _ part: FrozenPart, _ text: String
  ) -> String { "activations at \(part.rawValue) for \(content.name) \(text)" }

  /// Opens or builds one file; nil, with a note, where it is not kept or the disk does not allow it.
  private func cache(
    _ key: ActivationKey, _ decision: ActivationPlan.Decision, _ roster: Roster, folder: String,
    shouldStop: () -> Bool, tell: (String) -> Void
  ) throws -> ActivationCache? {
    let count = roster.pictures.count
    if case .computed(let reason) = decision {
      if count > 0 { notes.append(Self.note(key.content, part, "not kept: \(reason)")) }
      return nil
    }
    do {
      let cache = try ActivationCache.open(
        folder: folder, key: key, count: count, numbers: numbers, chunk: groups.count, pool: pool,
        shouldStop: shouldStop,
        willBuild: {
          let size = ActivationPlan.text(
            bytes: ActivationFile.size(count: count, numbers: numbers))
          tell(Self.note(key.content, part, "are computed once: \(count) records, \(size)"))
        },
        compute: { range, room in
          compute(range.map { ($0, roster.pictures[$0]) }, into: room)
        })
      if case .rebuilt(let reason) = cache.origin {
        tell(Self.note(key.content, part, "were computed again: \(reason)"))
      }
      return cache
    } catch let error as FileError {
      let note = Self.note(key.content, part, "not kept: \(error)")
      notes.append(note)
      tell(note)
      return nil
    }
  }

  /// Fills the activations of images as they are, one a place from the first on.
  func present(_ examples: [LabeledExample]) {
    present(
      examples.map { BatchLoader.Picture(example: $0.example, view: nil) }, evaluation,
      standsIn?.keepsEvaluation)
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
    present(pictures, training, standsIn?.keepsTraining)
  }

  /// - Parameter isReplaced: of a trunk that stands in for one, whether the roster's file would be
  ///   there; `nil` of any other.
  private func present(
    _ pictures: [BatchLoader.Picture], _ roster: Roster, _ isReplaced: Bool?
  ) {
    let target = model.activation(at: part).pointer
    if isReplaced == true {
      return pool.run(chunks: pictures.count) { [numbers, staged] slot, _ in
        (target + slot * numbers).update(from: staged.pointer + slot * numbers, count: numbers)
      }
    }
    guard let cache = roster.cache else {
      if places.count == 1, places[0].count == model.input.shape.n {
        loader.load(pictures, at: places[0], into: model.input)
        return model.forwardFrozen(part)
      }
      compute(pictures.map { (roster.number(of: $0), $0) }, into: staged.pointer)
      return target.update(from: staged.pointer, count: pictures.count * numbers)
    }
    pool.run(chunks: pictures.count) { [numbers] slot, _ in
      (target + slot * numbers).update(
        from: cache.record(roster.number(of: pictures[slot])), count: numbers)
    }
  }

  /// Computes the activations of numbered pictures, one after the other, each in its own group.
  private func compute(
    _ pictures: [(number: Int, picture: BatchLoader.Picture)],
    into target: UnsafeMutablePointer<Float>
  ) {
    var waiting = places.map { _ in [Int]() }
    for (index, picture) in pictures.enumerated() {
      waiting[groups[picture.number % groups.count]].append(index)
    }
    while waiting.contains(where: { !$0.isEmpty }) {
      var now: [(index: Int, place: Int)] = []
      for group in places.indices {
        let chosen = waiting[group].prefix(places[group].count)
        now += zip(chosen, places[group]).map { (index: $0, place: $1) }
        waiting[group].removeFirst(chosen.count)
      }
      loader.load(
        now.map { pictures[$0.index].picture }, at: now.map(\.place), into: model.input)
      model.forwardFrozen(part)
      let made = model.activation(at: part).pointer
      for (index, place) in now {
        (target + index * numbers).update(from: made + place * numbers, count: numbers)
      }
    }
  }
}
