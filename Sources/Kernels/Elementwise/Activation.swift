/// Operations on matrices element by element, over chunks of 16,384 elements.
///
/// All matrices of a call have `count` elements; a result may be one of the operands.
public enum Activation {
  /// y = max(0, x); NaN stays NaN.
  public static func relu(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, count: Int, pool: ThreadPool
  ) {
    each(
      count, pool,
      vector: { i in
        let value = x.vector(i)
        y.store(value.replacing(with: 0, where: value .< 0), i)
      }, scalar: { i in y[i] = x[i] < 0 ? 0 : x[i] })
  }

  /// dx = dy where y > 0, else 0. `y` is the output of ``relu(y:x:count:pool:)``.
  public static func reluBackward(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, y: UnsafePointer<Float>,
    count: Int, pool: ThreadPool
  ) {
    each(
      count, pool,
      vector: { i in
        dx.store(dy.vector(i).replacing(with: 0, where: y.vector(i) .<= 0), i)
      }, scalar: { i in dx[i] = y[i] <= 0 ? 0 : dy[i] })
  }

  /// y += x
  public static func add(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int, pool: ThreadPool
  ) {
    each(
      count, pool,
      vector: { i in
        y.store(y.vector(i) + x.vector(i), i)
      }, scalar: { i in y[i] += x[i] })
  }

  /// y = x · factors
  public static func multiply(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, factors: UnsafePointer<Float>,
    count: Int, pool: ThreadPool
  ) {
    each(
      count, pool,
      vector: { i in
        y.store(x.vector(i) * factors.vector(i), i)
      }, scalar: { i in y[i] = x[i] * factors[i] })
  }

  /// Calls `vector` with the first of every eight elements and `scalar` with each of the rest, on
  /// all threads.
  @inline(__always)
  static func each(
    _ count: Int, _ pool: ThreadPool, vector: (Int) -> Void, scalar: (Int) -> Void
  ) {
    let chunks = FlatChunks(count)
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      var i = range.lowerBound
      while i &+ 8 <= range.upperBound {
        vector(i)
        i &+= 8
      }
      while i < range.upperBound {
        scalar(i)
        i &+= 1
      }
    }
  }
}
