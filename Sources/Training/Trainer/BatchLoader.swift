import Datasets
import Images
import Kernels
import Randomness
import Recipes
import Strategies
import Tensors

/// Fills a batch of the network's input from the pixel cache: augment, normalise.
///
/// The generator of an image is keyed by how many images the run drew before it, so the thread
/// count and a resume change nothing.
struct BatchLoader {
  private let pixels: PixelCache
  private let pixelIndices: [Int]
  private let transforms: [PixelTransform]
  private let seed: UInt64
  private let pool: ThreadPool
  /// 3 × 256 normalised values: one for each channel and byte.
  private let table: [Float]
  private let mean: [Float]
  private let inverseDeviation: [Float]
  /// What the run's models read beside images, if anything.
  let texts: TextTable?
  /// Augmented views a training image is seen in; nil where every draw is augmented anew.
  let views: Int?

  /// An image of the catalogue: as it is, or in one of its augmented views.
  struct Picture {
    let example: Int
    let view: Int?
  }

  /// The streams of the experiment's augmentation, the `epoch` of their generators: one a draw, one
  /// a view, and the choice of a view for a draw.
  private enum Stream {
    static let draw = 0
    static let view = 1
    static let choice = 2
  }

  init(recipe: Recipe, data: PreparedData, texts: TextTable?, pool: ThreadPool) {
    self.texts = texts
    (pixels, pixelIndices) = (data.pixels, data.pixelIndices)
    transforms = recipe.augmentation
    (self.seed, self.pool) = (recipe.seed, pool)
    views =
      recipe.model.freeze == nil || recipe.augmentation.isEmpty ? nil : recipe.model.cachedViews
    mean = recipe.image.mean
    inverseDeviation = recipe.image.standardDeviation.map { 1 / $0 }
    table = recipe.image.normalizationTable()
  }

  /// Fills the first `examples.count` images of `input`; the rest become zeros.
  func load(_ examples: [LabeledExample], into input: MutableTensorView) {
    pool.run(chunks: input.shape.n) { slot, _ in
      let target = image(slot, of: input)
      guard slot < examples.count else { return target.update(repeating: 0) }
      normalize(bytes(of: examples[slot].example), into: target)
    }
  }

  /// Fills the first `examples.count` texts of `tokens`; the rest become empty.
  func loadTexts(_ examples: [LabeledExample], into tokens: MutableTensorView) {
    guard let texts else { preconditionFailure("a network that reads texts, and there are none") }
    tokens.fill(0)
    for (slot, example) in examples.enumerated() {
      let row = tokens.pointer + slot * tokens.shape.c
      for (place, number) in texts.numbers(of: example.example).enumerated() {
        row[place] = Float(number)
      }
    }
  }

  /// Fills `input` with augmented images; `drawnBefore` is the run's count of images before them.
  func loadAugmented(
    _ examples: [LabeledExample], drawnBefore: Int, strategy: (any Augmentation)?,
    into input: MutableTensorView
  ) {
    guard !transforms.isEmpty || strategy != nil else { return load(examples, into: input) }
    pool.run(chunks: examples.count) { slot, _ in
      let item = UInt64(drawnBefore + slot)
      var image = pixelImage(of: examples[slot].example)
      var generator =
        view(ofDraw: drawnBefore + slot).map { viewGenerator($0, of: examples[slot].example) }
        ?? SeededGenerator(seed: seed, purpose: .augmentation, epoch: Stream.draw, item: item)
      for transform in transforms { transform.apply(to: &image, using: &generator) }
      if let strategy {
        var generator = SeededGenerator(seed: seed, purpose: .strategyAugmentation, item: item)
        strategy.apply(to: &image, classIndex: examples[slot].classIndex, using: &generator)
      }
      normalize(image, into: self.image(slot, of: input))
    }
  }

  /// Whether a training image comes back as it was, in one of its views or unchanged.
  var repeatsPictures: Bool { transforms.isEmpty || views != nil }

  /// The view in which a run's draw, counted from 0, sees its image; nil where there are none.
  func view(ofDraw draw: Int) -> Int? {
    guard let views else { return nil }
    var generator = SeededGenerator(
      seed: seed, purpose: .augmentation, epoch: Stream.choice, item: UInt64(draw))
    return generator.integer(below: views)
  }

  private func viewGenerator(_ view: Int, of example: Int) -> SeededGenerator {
    SeededGenerator(
      seed: seed, purpose: .augmentation, epoch: Stream.view,
      item: UInt64(example) << 20 | UInt64(view))
  }

  /// Puts pictures into some places of `input`; the other places stay as they are.
  func load(_ pictures: [Picture], at places: [Int], into input: MutableTensorView) {
    pool.run(chunks: pictures.count) { index, _ in
      let (picture, target) = (pictures[index], image(places[index], of: input))
      guard let view = picture.view else {
        return normalize(bytes(of: picture.example), into: target)
      }
      var image = pixelImage(of: picture.example)
      var generator = viewGenerator(view, of: picture.example)
      for transform in transforms { transform.apply(to: &image, using: &generator) }
      normalize(image, into: target)
    }
  }

  /// Mixes a loaded batch; `copy` takes the images as they were.
  func mix(_ input: MutableTensorView, by mixes: [ExampleMix?], copy: AlignedBuffer) {
    guard mixes.contains(where: { $0 != nil }) else { return }
    copy.pointer.update(from: input.pointer, count: input.count)
    let (width, channels) = (input.shape.w, input.shape.c)
    let size = input.shape.h * width * channels
    pool.run(chunks: min(input.shape.n, mixes.count)) { slot, _ in
      guard let mix = mixes[slot] else { return }
      let (own, partner) = (input.pointer + slot * size, copy.pointer + mix.partner * size)
      switch mix.pixels {
      case .blend(let share):
        let rest = 1 - share
        for index in 0..<size { own[index] = share * own[index] + rest * partner[index] }
      case .paste(let top, let left, let height, let columns):
        for row in top..<(top + height) {
          let start = (row * width + left) * channels
          (own + start).update(from: partner + start, count: columns * channels)
        }
      }
    }
  }

  private func image(
    _ slot: Int, of input: MutableTensorView
  ) -> UnsafeMutableBufferPointer<Float> {
    let count = input.shape.h * input.shape.w * input.shape.c
    return UnsafeMutableBufferPointer(start: input.pointer + slot * count, count: count)
  }

  private func bytes(of example: Int) -> UnsafeBufferPointer<UInt8> {
    pixels.pixels(at: pixelIndices[example])
  }

  private func pixelImage(of example: Int) -> PixelImage {
    var image = PixelImage(height: pixels.height, width: pixels.width)
    let bytes = bytes(of: example)
    image.values.withUnsafeMutableBufferPointer { values in
      for i in 0..<values.count { values[i] = Float(bytes[i]) * (1 / 255) }
    }
    return image
  }

  private func normalize(
    _ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<Float>
  ) {
    table.withUnsafeBufferPointer { table in
      var i = 0
      while i < target.count {
        target[i] = table[Int(bytes[i])]
        target[i + 1] = table[256 + Int(bytes[i + 1])]
        target[i + 2] = table[512 + Int(bytes[i + 2])]
        i += 3
      }
    }
  }

  private func normalize(
    _ image: PixelImage, into target: UnsafeMutableBufferPointer<Float>
  ) {
    let (m0, m1, m2) = (mean[0], mean[1], mean[2])
    let (d0, d1, d2) = (inverseDeviation[0], inverseDeviation[1], inverseDeviation[2])
    image.values.withUnsafeBufferPointer { values in
      var i = 0
      while i < target.count {
        target[i] = (values[i] - m0) * d0
        target[i + 1] = (values[i + 1] - m1) * d1
        target[i + 2] = (values[i + 2] - m2) * d2
        i += 3
      }
    }
  }
}
