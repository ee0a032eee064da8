import Images
import Kernels
import Networks
import Recipes

/// `image`, `model`, `training` and `stages`.
extension RecipeFile {
  var image: FileTree {
    let image = recipe.image
    let isSquare = image.height == image.width
    return .section([
      ("size", isSquare ? .number(image.height) : nil),
      ("height", isSquare ? nil : .number(image.height)),
      ("width", isSquare ? nil : .number(image.width)),
      ("mean", .list(image.mean.map(FileTree.number))),
      ("standard_deviation", .list(image.standardDeviation.map(FileTree.number))),
      ("orientation", .word(image.decoding.orientation.rawValue)),
      ("decode", .word(image.decoding.scale.rawValue)),
      ("pixel_limit", image.decoding.pixelLimit.map(FileTree.number)),
    ])
  }

  var model: FileTree {
    let model = recipe.model
    let convolution =
      switch model.convolution {
      case .fastest: "fastest"
      case .exact: "exact"
      case .reference: "reference"
      }
    return .section([
      ("architecture", .word(model.architecture.rawValue)), ("stem", .word(model.stem.rawValue)),
      (
        "head",
        .section([
          ("kind", .word(model.cosineScale == nil ? "linear" : "cosine")),
          ("scale", model.cosineScale.map(FileTree.number)),
          ("hidden", .list(model.hidden.map(FileTree.number))),
          ("dropout", .number(model.dropout)),
        ])
      ),
      ("convolution", .word(convolution)), ("weights", model.weights.map(Self.weights)),
      ("freeze", model.freeze.map { .word($0.rawValue) }),
      ("cached_views", model.cachedViews.map(FileTree.number)),
      ("cache_limit", model.cacheLimit.map(FileTree.number)), ("text", model.text.map(Self.text)),
    ])
  }

  private static func weights(_ source: WeightSource) -> FileTree {
    switch source.head {
    case nil: .text(source.path)
    case .drop: .mapping([("file", .text(source.path)), ("head", .word("drop"))])
    case .keep: .mapping([("file", .text(source.path)), ("head", .word("keep"))])
    case .classes(let classes):
      .mapping([
        ("file", .text(source.path)), ("head", .list(classes.map(FileTree.text))),
      ])
    }
  }

  private static func text(_ text: TextConfiguration) -> FileTree {
    .section([
      ("variant", .word(text.variant.rawValue)), ("min_count", .number(text.minCount)),
      ("max_length", .number(text.maxLength)), ("embedding", .number(text.embedding)),
      ("hidden", .number(text.hidden)), ("cell", .word(text.cell.rawValue)),
      ("bidirectional", .flag(text.bidirectional)),
      ("mask_class_words", .flag(text.masksClassWords)),
    ])
  }

  static func training(_ training: TrainingConfiguration) -> FileTree {
    let budget: (String, FileTree) =
      switch training.budget {
      case .epochs(let epochs): ("epochs", .number(epochs))
      case .images(let images): ("images", .number(images))
      }
    return .section([
      budget, ("batch", .number(training.batch)), ("optimizer", optimizer(training.optimizer)),
      ("schedule", schedule(training.schedule)),
      ("label_smoothing", .number(training.labelSmoothing)),
      ("select_by", .word(training.selectBy.rawValue)),
    ])
  }

  /// Without the keys that mean nothing for its rule, which a file may not name.
  private static func optimizer(_ optimizer: OptimizerConfiguration) -> FileTree {
    let own: [(String, FileTree?)] =
      switch optimizer.rule {
      case .sgd:
        [("momentum", .number(optimizer.momentum)), ("nesterov", .flag(optimizer.nesterov))]
      case .adamw:
        [
          ("beta1", .number(optimizer.beta1)), ("beta2", .number(optimizer.beta2)),
          ("epsilon", .number(optimizer.epsilon)),
        ]
      }
    return .section(
      [
        ("rule", .word(optimizer.rule.rawValue)),
        ("learning_rate", .number(optimizer.learningRate)),
        ("head_learning_rate", optimizer.headLearningRate.map(FileTree.number)),
      ] + own + [
        ("weight_decay", .number(optimizer.weightDecay)),
        ("decays_norm_and_bias", .flag(optimizer.decaysNormAndBias)),
        ("clip_norm", optimizer.clipNorm.map(FileTree.number)),
      ])
  }

  private static func schedule(_ schedule: ScheduleConfiguration) -> FileTree {
    let isStep = schedule.curve == .step
    return .section([
      ("curve", .word(schedule.curve.rawValue)), ("warmup_epochs", .number(schedule.warmupEpochs)),
      ("milestones", isStep ? .list(schedule.milestones.map(FileTree.number)) : nil),
      ("gamma", isStep ? .number(schedule.gamma) : nil),
      ("minimum_factor", schedule.curve == .cosine ? .number(schedule.minimumFactor) : nil),
    ])
  }

  /// The stages up to the run's own; `nil` in an experiment without stages.
  var stages: FileTree? {
    guard let stage = recipe.stage else { return nil }
    let own = Stage.Part(
      name: stage.name, classes: recipe.dataset.classes, training: recipe.training)
    return .list(
      (stage.earlier + [own]).map { part in
        .mapping([
          ("name", .text(part.name)), ("classes", Self.classes(part.classes)),
          ("training", Self.training(part.training)),
        ])
      })
  }
}
