import CKernels

/// Sums over the rows of a result, for each of its channels, that a convolution forms while it
/// writes the result, so that a batch normalisation need not read the result again for its sums.
///
/// The rows are cut into parts. Every part has three vectors of its own,
/// ``BatchNormKernel/pitch(_:)`` apart: both sums and, in a forward pass, k. Parts depend on the
/// problem only; ``BatchNormKernel`` adds them up in order.
public struct ColumnSums {
  /// Vectors of a part.
  static let vectors = 3

  /// Elements that the sums of so many parts take.
  public static func count(parts: Int, channels: Int) -> Int {
    parts * vectors * BatchNormKernel.pitch(channels)
  }

  /// parts × vectors × pitch
  let start: UnsafeMutablePointer<Float>
  private let channels: Int
  private let terms: Terms

  /// What is summed.
  private enum Terms {
    case statistics
    case gradient(x: UnsafePointer<Float>, saved: BatchNormKernel.Saved, isMasked: Bool)
  }

  /// Σ (y − k) and Σ (y − k)², k being the row of the part that is written first.
  ///
  /// - Parameter start: ``count(parts:channels:)`` elements.
  static func statistics(
    _ start: UnsafeMutablePointer<Float>, channels: Int
  ) -> ColumnSums {
    ColumnSums(start: start, channels: channels, terms: .statistics)
  }

  /// Σ dy and Σ dy · (x − μ), where dy is the result after its epilogue: the gradient of the
  /// normalised x.
  ///
  /// - Parameters:
  ///   - start: ``count(parts:channels:)`` elements.
  ///   - x: as the result, elsewhere in memory.
  ///   - saved: what the forward pass of the normalisation left.
  ///   - isMasked: whether a ReLU came directly after the normalisation, so that dy counts as 0
  ///     where the normalised x is not above 0.
  public static func gradient(
    _ start: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, saved: BatchNormKernel.Saved,
    channels: Int, isMasked: Bool
  ) -> ColumnSums {
    ColumnSums(
      start: start, channels: channels,
      terms: .gradient(x: x, saved: saved, isMasked: isMasked))
  }

  /// The sums of a part, for a loop in C that writes some of its channels.
  ///
  /// - Parameters:
  ///   - y: the result that is written.
  ///   - columns: the channels, in one or more ranges, whose sums are cleared first.
  ///   - clears: false where the loop adds to the sums of another.
  func part(
    _ index: Int, of y: UnsafePointer<Float>, columns: Range<Int>..., clears: Bool = true
  ) -> ck_sums {
    let pitch = BatchNormKernel.pitch(channels)
    let first = start + index * Self.vectors * pitch
    for run in columns where clears {
      (first + run.lowerBound).update(repeating: 0, count: run.count)
      (first + pitch + run.lowerBound).update(repeating: 0, count: run.count)
    }
    switch terms {
    case .statistics:
      return ck_sums(
        first: first, pitch: pitch, middle: first + 2 * pitch, begins: clears ? 1 : 0, x: 0,
        scale: nil, shift: nil)
    case .gradient(let x, let saved, let isMasked):
      return ck_sums(
        first: first, pitch: pitch, middle: UnsafeMutablePointer(mutating: saved.mean), begins: 0,
        x: UnsafeRawPointer(x) - UnsafeRawPointer(y), scale: isMasked ? saved.scale : nil,
        shift: isMasked ? saved.shift : nil)
    }
  }
}

extension ck_sums {
  /// The sums of the columns from this one on.
  func from(_ column: Int) -> ck_sums {
    ck_sums(
      first: first + column, pitch: pitch, middle: middle + column, begins: begins, x: x,
      scale: scale.map { $0 + column }, shift: shift.map { $0 + column })
  }

  /// The same for rows that are not the first of their part.
  var later: ck_sums {
    var later = self
    later.begins = 0
    return later
  }
}
