/// The 4×4 tiles that cover the images of a batch, numbered image by image, row by row.
///
/// Tiles at the edges stick out of the image: pixels there are nil, read as zeros and not written.
struct WinogradTiles {
  let batch: Int
  let height: Int
  let width: Int

  /// Tiles in a column of an image.
  var down: Int { (height + 3) / 4 }
  /// Tiles in a row of an image.
  var across: Int { (width + 3) / 4 }
  /// Tiles of the batch.
  var count: Int { batch * down * across }

  /// Calls `body` with the tile's number and, as a table of pointers, its 6×6 input pixels with a
  /// border of one pixel (`size` 6, `border` 1) or its 4×4 pixels (`size` 4, `border` 0).
  @inline(__always)
  func read(
    _ tiles: Range<Int>, size: Int, border: Int, image: UnsafePointer<Float>, channels: Int,
    _ body: (_ tile: Int, _ pixels: RunStarts) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 36) { table in
      let pixels = table.baseAddress!
      for tile in tiles {
        forEachPixel(tile, size: size, border: border) { index, pixel in
          (pixels + index).initialize(to: pixel < 0 ? nil : image + pixel * channels)
        }
        body(tile, pixels)
      }
    }
  }

  /// Calls `body` with the tile's number and the places of its 4×4 output pixels.
  @inline(__always)
  func write(
    _ tiles: Range<Int>, image: UnsafeMutablePointer<Float>, channels: Int,
    _ body: (_ tile: Int, _ pixels: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: 16) { table in
      let pixels = table.baseAddress!
      for tile in tiles {
        forEachPixel(tile, size: 4, border: 0) { index, pixel in
          (pixels + index).initialize(to: pixel < 0 ? nil : image + pixel * channels)
        }
        body(tile, pixels)
      }
    }
  }

  /// Visits the pixels of a tile in order, with −1 for those outside the image.
  @inline(__always)
  private func forEachPixel(
    _ tile: Int, size: Int, border: Int, _ body: (_ index: Int, _ pixel: Int) -> Void
  ) {
    let (n, place) = tile.quotientAndRemainder(dividingBy: down * across)
    let (row, column) = place.quotientAndRemainder(dividingBy: across)
    let (top, left) = (row * 4 - border, column * 4 - border)
    if top >= 0 && left >= 0 && top + size <= height && left + size <= width {
      let base = (n * height + top) * width + left
      for i in 0..<size { for j in 0..<size { body(i * size + j, base + i * width + j) } }
      return
    }
    for i in 0..<size {
      let y = top + i
      let inRows = y >= 0 && y < height
      let base = (n * height + y) * width + left
      for j in 0..<size {
        let x = left + j
        body(i * size + j, inRows && x >= 0 && x < width ? base + j : -1)
      }
    }
  }
}
