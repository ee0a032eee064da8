import Images
import Randomness
import Testing

@Suite struct GeometryTransformTests {
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
