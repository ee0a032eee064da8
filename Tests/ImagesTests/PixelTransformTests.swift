import Images
import Randomness
import Testing

private func generator(_ item: Int = 0) -> SeededGenerator {
  SeededGenerator(seed: 3, purpose: .testing, item: UInt64(item))
}

private func noise(_ height: Int, _ width: Int, seed: UInt64 = 1) -> PixelImage {
  var generator = SeededGenerator(seed: seed, purpose: .testing)
  var image = PixelImage(height: height, width: width)
  for index in image.values.indices { image.values[index] = Float(generator.uniform()) }
  return image
}

/// One row of gray pixels.
private func row(_ levels: [Float]) -> PixelImage {
  var image = PixelImage(height: 1, width: levels.count)
  image.values = levels.flatMap { [$0, $0, $0] }
  return image
}

private func levels(_ image: PixelImage) -> [Float] {
  stride(from: 0, to: image.values.count, by: 3).map { image.values[$0] }
}

@Suite struct PixelTransformTests {
  @Test("at zero strength nothing changes", arguments: PixelTransform.names)
  func zeroStrength(name: String) throws {
    let transform = try PixelTransform(name: name).scaled(by: 0)
    try transform.validate()
    let image = noise(13, 9)
    for item in 0..<20 {
      var changed = image
      var generator = generator(item)
      transform.apply(to: &changed, using: &generator)
      #expect(changed == image)
    }
  }

  @Test("at strength one it is the same transform", arguments: PixelTransform.names)
  func strengthOne(name: String) throws {
    let transform = try PixelTransform(name: name)
    #expect(transform.scaled(by: 1).values.keys == transform.values.keys)
    for (key, value) in transform.scaled(by: 1).values {
      #expect(abs(value - transform.values[key]!) < 1e-12)
    }
  }

  @Test("stays valid and within 0…1 at any strength and size", arguments: PixelTransform.names)
  func anyStrength(name: String) throws {
    let transform = try PixelTransform(name: name)
    for factor in [0.1, 0.5, 1, 1.7, 4, 1000] {
      let strong = transform.strengthened(by: factor)
      try strong.validate()
      for (item, size) in [(1, 1), (1, 7), (6, 1), (2, 2), (16, 11), (9, 32)].enumerated() {
        var image = noise(size.0, size.1)
        var generator = generator(item)
        for _ in 0..<10 { strong.apply(to: &image, using: &generator) }
        #expect(image.values.count == size.0 * size.1 * 3)
        #expect(image.values.allSatisfy { (0...1).contains($0) })
      }
    }
  }

  @Test("extremes of every parameter do no harm", arguments: PixelTransform.names)
  func extremes(name: String) throws {
    let parameters = try #require(PixelTransform.parameters(of: name))
    for pick in [\ClosedRange<Double>.lowerBound, \.upperBound] {
      let values = Dictionary(
        uniqueKeysWithValues: parameters.map { ($0.key, $0.range[keyPath: pick]) })
      let transform = try PixelTransform(name: name, values: values)
      var image = noise(12, 10)
      var generator = generator()
      for _ in 0..<5 { transform.apply(to: &image, using: &generator) }
      #expect(image.values.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test("the same numbers give the same image, others another", arguments: PixelTransform.names)
  func determinism(name: String) throws {
    let transform = try PixelTransform(name: name)
    var images: Set<[Float]> = []
    for item in 0..<20 {
      var (first, second) = (noise(16, 16), noise(16, 16))
      var (one, two) = (generator(item), generator(item))
      transform.apply(to: &first, using: &one)
      transform.apply(to: &second, using: &two)
      #expect(first == second)
      #expect(one.next() == two.next())
      images.insert(first.values)
    }
    #expect(images.count > 1)
  }

  @Test(
    "draws as many numbers for any content",
    arguments: ["horizontal_flip", "shift", "pad_crop", "rotation", "color_jitter", "blur"])
  func draws(name: String) throws {
    let transform = try PixelTransform(name: name)
    for item in 0..<10 {
      var (first, second) = (noise(16, 16), PixelImage(height: 16, width: 16))
      var (one, two) = (generator(item), generator(item))
      transform.apply(to: &first, using: &one)
      transform.apply(to: &second, using: &two)
      #expect(one.next() == two.next())
    }
  }

  @Test func flips() {
    var image = PixelImage(height: 2, width: 3)
    image.values = (0..<18).map { Float($0) / 18 }
    let pixels = (0..<6).map { Array(image.values[(3 * $0)..<(3 * $0 + 3)]) }
    var generator = generator()
    var mirrored = image
    PixelTransform.horizontalFlip(probability: 1).apply(to: &mirrored, using: &generator)
    #expect(mirrored.values == [2, 1, 0, 5, 4, 3].flatMap { pixels[$0] })
    var turned = image
    PixelTransform.verticalFlip(probability: 1).apply(to: &turned, using: &generator)
    #expect(turned.values == [3, 4, 5, 0, 1, 2].flatMap { pixels[$0] })
  }

  @Test("happens as often as its probability says", arguments: [0.0, 0.2, 0.7, 1.0])
  func frequency(probability: Double) {
    let image = noise(2, 3)
    let changed = (0..<2000).count { item in
      var copy = image
      var generator = generator(item)
      PixelTransform.horizontalFlip(probability: probability).apply(to: &copy, using: &generator)
      return copy != image
    }
    // Four standard deviations of a binomial count.
    let deviation = (2000 * probability * (1 - probability)).squareRoot()
    #expect(abs(Double(changed) - 2000 * probability) <= 4 * deviation)
  }

  @Test func shiftsByWholePixelsUpToTheAmountAndRepeatsTheBorder() {
    var seen: Set<[Float]> = []
    for item in 0..<200 {
      var image = row([0.1, 0.2, 0.3, 0.4, 0.5])
      var generator = generator(item)
      PixelTransform.shift(amount: 0.4).apply(to: &image, using: &generator)
      seen.insert(levels(image))
    }
    #expect(
      seen == [
        [0.1, 0.1, 0.1, 0.2, 0.3], [0.1, 0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4, 0.5],
        [0.2, 0.3, 0.4, 0.5, 0.5], [0.3, 0.4, 0.5, 0.5, 0.5],
      ])
  }

  @Test("moving equals looking up each pixel", arguments: [true, false])
  func moving(repeated: Bool) {
    let (height, width) = (7, 6)
    let image = noise(height, width)
    let transform: PixelTransform =
      repeated ? .shift(amount: 0.5) : .padCrop(padding: 0.5)
    for item in 0..<100 {
      var moved = image
      var generator = generator(item)
      var copy = generator
      transform.apply(to: &moved, using: &generator)
      let down = Int(copy.uniform() * 9) - 4
      let right = Int(copy.uniform() * 7) - 3
      for y in 0..<height {
        for x in 0..<width {
          let (fromY, fromX) = (y - down, x - right)
          let (nearY, nearX) = (min(max(fromY, 0), height - 1), min(max(fromX, 0), width - 1))
          let inside = nearY == fromY && nearX == fromX
          let expected =
            repeated || inside ? image.values[(nearY * width + nearX) * 3 + 1] : 0
          #expect(moved.values[(y * width + x) * 3 + 1] == expected)
        }
      }
    }
  }

  @Test func resizedCropsHaveTheAreaAndAspectAskedFor() {
    // A picture of its own coordinates tells which part was kept.
    let size = 64
    var picture = PixelImage(height: size, width: size)
    for y in 0..<size {
      for x in 0..<size {
        picture.values[(y * size + x) * 3] = Float(y) / 64
        picture.values[(y * size + x) * 3 + 1] = Float(x) / 64
      }
    }
    var (smallest, largest) = (1.0, 0.0)
    for item in 0..<400 {
      var image = picture
      var generator = generator(item)
      PixelTransform.resizedCrop(minScale: 0.25, maxScale: 0.75, minRatio: 0.75, maxRatio: 4 / 3)
        .apply(to: &image, using: &generator)
      let middle = 32 * size
      // From the slopes in the middle, away from the border.
      let height = Double(image.values[(middle + 32 + size) * 3] - image.values[(middle + 32) * 3])
      let width = Double(image.values[(middle + 33) * 3 + 1] - image.values[(middle + 32) * 3 + 1])
      let area = height * width * 64 * 64
      smallest = min(smallest, area)
      largest = max(largest, area)
      // Whole pixels, hence the small allowance.
      #expect((0.24...0.77).contains(area))
      #expect((0.72...1.39).contains(width / height))
    }
    #expect(smallest < 0.29)
    #expect(largest > 0.71)
  }

  @Test func aCropThatCannotFitTakesTheMiddle() {
    var image = PixelImage(height: 10, width: 4)
    for index in image.values.indices { image.values[index] = Float(index / 12) / 10 }
    var generator = generator()
    // The whole area at twice the width would be wider than the image.
    PixelTransform.resizedCrop(minScale: 1, maxScale: 1, minRatio: 2, maxRatio: 2)
      .apply(to: &image, using: &generator)
    #expect(levels(image).first == 0.2)
    #expect(levels(image).last == 0.6)
    #expect(levels(image) == levels(image).sorted())
  }

  @Test func zoomTakesTheMiddle() {
    var image = row([0, 0.25, 0.5, 0.75, 1])
    var generator = generator()
    PixelTransform.scale(minimum: 2, maximum: 2).apply(to: &image, using: &generator)
    #expect(levels(image) == [0.25, 0.375, 0.5, 0.625, 0.75])
    var small = row([0, 0.25, 0.5, 0.75, 1])
    PixelTransform.scale(minimum: 0.5, maximum: 0.5).apply(to: &small, using: &generator)
    #expect(levels(small) == [0, 0, 0.5, 1, 1])
  }

  @Test("rotations stay within the degrees asked for and keep the middle")
  func rotation() {
    // A bright half plane: its edge turns with the image.
    let size = 33
    var picture = PixelImage(height: size, width: size)
    for y in 0..<size {
      for x in 0..<size where y < 16 {
        for channel in 0..<3 { picture.values[(y * size + x) * 3 + channel] = 1 }
      }
    }
    var steepest: Float = 0
    for item in 0..<200 {
      var image = picture
      var generator = generator(item)
      PixelTransform.rotation(degrees: 30).apply(to: &image, using: &generator)
      // Bright pixels in the columns 6 left and right of the middle.
      func bright(_ x: Int) -> Float {
        (0..<size).reduce(0) { $0 + image.values[($1 * size + x) * 3] }
      }
      let slope = abs(bright(22) - bright(10)) / 12
      steepest = max(steepest, slope)
      #expect(abs(bright(16) - 16) < 1)
    }
    // tan 30° = 0.577
    #expect((0.5...0.6).contains(steepest))
  }

  @Test func colourFactorsStayWithinTheirAmounts() {
    var (darkest, brightest) = (Float(1), Float(0))
    for item in 0..<500 {
      var image = row([0.5, 0.5])
      var generator = generator(item)
      PixelTransform.colorJitter(brightness: 0.4, contrast: 0, saturation: 0, hue: 0)
        .apply(to: &image, using: &generator)
      darkest = min(darkest, image.values[0])
      brightest = max(brightest, image.values[0])
    }
    #expect((0.3...0.31).contains(darkest))
    #expect((0.69...0.7).contains(brightest))
  }

  @Test func contrastKeepsTheMeanAndSaturationTheGray() {
    for item in 0..<50 {
      var image = row([0.4, 0.6])
      var generator = generator(item)
      PixelTransform.colorJitter(brightness: 0, contrast: 0.9, saturation: 0, hue: 0)
        .apply(to: &image, using: &generator)
      #expect(abs(image.values[0] + image.values[3] - 1) < 1e-6)
      // Gray has neither saturation nor hue.
      let before = image
      PixelTransform.colorJitter(brightness: 0, contrast: 0, saturation: 0.9, hue: 0.5)
        .apply(to: &image, using: &generator)
      #expect(zip(before.values, image.values).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test func hueKeepsLargestAndSmallestChannel() {
    var sawGreenLargest = false
    for item in 0..<50 {
      var image = noise(4, 4)
      let before = image
      var generator = generator(item)
      PixelTransform.colorJitter(brightness: 0, contrast: 0, saturation: 0, hue: 0.5)
        .apply(to: &image, using: &generator)
      for start in stride(from: 0, to: 48, by: 3) {
        let (old, new) = (before.values[start..<(start + 3)], image.values[start..<(start + 3)])
        #expect(abs(old.max()! - new.max()!) < 1e-6)
        #expect(abs(old.min()! - new.min()!) < 1e-6)
      }
      var red = PixelImage(height: 1, width: 1)
      red.values = [1, 0, 0]
      PixelTransform.colorJitter(brightness: 0, contrast: 0, saturation: 0, hue: 0.5)
        .apply(to: &red, using: &generator)
      sawGreenLargest = sawGreenLargest || (red.values[1] == 1 && red.values[2] < 1)
    }
    #expect(sawGreenLargest)
  }

  @Test func blurSpreadsAPointAndKeepsTheSum() {
    var image = PixelImage(height: 15, width: 15)
    for channel in 0..<3 { image.values[(7 * 15 + 7) * 3 + channel] = 1 }
    var generator = generator()
    PixelTransform.blur(probability: 1, minSigma: 1.5, maxSigma: 1.5)
      .apply(to: &image, using: &generator)
    let gray = levels(image)
    #expect(abs(gray.reduce(0, +) - 1) < 1e-5)
    #expect(abs(gray[7 * 15 + 7] - 0.0708) < 0.001)  // 1 / (2 π σ²)
    #expect(abs(gray[7 * 15 + 4] - gray[4 * 15 + 7]) < 1e-7)
    var variance: Float = 0
    for (index, level) in gray.enumerated() {
      let distance = index % 15 - 7
      variance += level * Float(distance * distance)
    }
    // σ² = 2.25, less what the cut at 3σ takes.
    #expect((2.1...2.25).contains(variance))
  }

  @Test func blurLeavesAFlatImageFlat() {
    var image = PixelImage(height: 9, width: 7)
    for index in image.values.indices { image.values[index] = 0.7 }
    var generator = generator()
    PixelTransform.blur(probability: 1, minSigma: 2, maxSigma: 2)
      .apply(to: &image, using: &generator)
    #expect(image.values.allSatisfy { abs($0 - 0.7) < 1e-6 })
  }

  @Test func erasesOneRectangleOfTheAreaAskedFor() {
    let (height, width) = (40, 30)
    var areas: [Double] = []
    for item in 0..<300 {
      var image = PixelImage(height: height, width: width)
      var generator = generator(item)
      PixelTransform.erasing(probability: 1, minArea: 0.1, maxArea: 0.3, value: 0.5)
        .apply(to: &image, using: &generator)
      let erased = levels(image).enumerated().filter { $0.element == 0.5 }.map(\.offset)
      if erased.isEmpty { continue }
      let rows = Set(erased.map { $0 / width })
      let columns = Set(erased.map { $0 % width })
      #expect(erased.count == rows.count * columns.count)
      areas.append(Double(erased.count) / Double(height * width))
      let aspect = Double(columns.count * height) / Double(rows.count * width)
      #expect((0.25...4).contains(aspect))
    }
    #expect(areas.count > 280)
    #expect(areas.allSatisfy { (0.09...0.31).contains($0) })
    #expect(areas.min()! < 0.12 && areas.max()! > 0.28)
  }
}

@Suite struct TransformParameterTests {
  @Test("every name has parameters, defaults that are valid, and makes itself again")
  func table() throws {
    for name in PixelTransform.names {
      let parameters = try #require(PixelTransform.parameters(of: name))
      let transform = try PixelTransform(name: name)
      #expect(transform.name == name)
      #expect(transform.values.count == parameters.count)
      for parameter in parameters {
        // `value` of erasing is a Float.
        #expect(transform.values[parameter.key] == parameter.default)
        #expect(!parameter.meaning.isEmpty)
      }
      #expect(try PixelTransform(name: name, values: transform.values) == transform)
    }
    #expect(PixelTransform.parameters(of: "horizontalFlip") == nil)
  }

  @Test func givenNumbersReachTheirPlaces() throws {
    #expect(
      try PixelTransform(
        name: "resized_crop",
        values: ["min_scale": 0.1, "max_scale": 0.2, "min_ratio": 0.3, "max_ratio": 0.4])
        == .resizedCrop(minScale: 0.1, maxScale: 0.2, minRatio: 0.3, maxRatio: 0.4))
    #expect(
      try PixelTransform(
        name: "color_jitter",
        values: ["brightness": 0.1, "contrast": 0.2, "saturation": 0.3, "hue": 0.4])
        == .colorJitter(brightness: 0.1, contrast: 0.2, saturation: 0.3, hue: 0.4))
    #expect(
      try PixelTransform(
        name: "erasing",
        values: ["probability": 0.25, "min_area": 0.1, "max_area": 0.2, "value": 0.5])
        == .erasing(probability: 0.25, minArea: 0.1, maxArea: 0.2, value: 0.5))
  }

  @Test(
    "wrong names, keys and numbers are said",
    arguments: [
      ("flip", [:], "flip: received an unknown name, expected one of horizontal_flip, "),
      ("shift", ["degrees": 1], "shift.degrees: received an unknown key, expected one of amount"),
      (
        "shift", ["amount": 1.5],
        "shift.amount: received 1.5, expected a number from 0.0 to 1.0 (largest move"
      ),
      ("rotation", ["degrees": -1], "rotation.degrees: received -1.0"),
      ("horizontal_flip", ["probability": .nan], "horizontal_flip.probability: received nan"),
      ("rotation", ["degrees": .infinity], "rotation.degrees: received inf"),
      (
        "scale", ["minimum": 1.2],
        "scale.minimum: received 1.2, expected no more than maximum, which is 1.1"
      ),
      ("blur", ["min_sigma": 3], "blur.min_sigma: received 3.0, expected no more than max_sigma"),
      ("erasing", ["min_area": 0.9], "erasing.min_area: received 0.9, expected no more than"),
      ("resized_crop", ["max_ratio": 0.1], "resized_crop.min_ratio: received 0.75"),
    ] as [(String, [String: Double], String)])
  func errors(name: String, values: [String: Double], message: String) {
    let error = #expect(throws: InvalidTransform.self) {
      try PixelTransform(name: name, values: values)
    }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test func strengthScalesTheDistanceFromDoingNothing() {
    #expect(PixelTransform.shift(amount: 0.2).scaled(by: 0.5) == .shift(amount: 0.1))
    #expect(PixelTransform.shift(amount: 0.2).scaled(by: 9) == .shift(amount: 1))
    #expect(
      PixelTransform.scale(minimum: 0.5, maximum: 1.5).scaled(by: 0.5)
        == .scale(minimum: 0.75, maximum: 1.25))
    #expect(
      PixelTransform.horizontalFlip(probability: 0.4).scaled(by: 2)
        == .horizontalFlip(probability: 0.5))
    #expect(
      PixelTransform.horizontalFlip(probability: 0.8).scaled(by: 2)
        == .horizontalFlip(probability: 0.8))
    #expect(
      PixelTransform.erasing(probability: 0.5, minArea: 0.1, maxArea: 0.2, value: 0.3)
        .scaled(by: 2) == .erasing(probability: 0.5, minArea: 0.2, maxArea: 0.4, value: 0.3))
  }
}
