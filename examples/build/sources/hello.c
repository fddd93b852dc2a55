#include <stdio.h>

int main(void)
{
	puts("hello from a build that left no trace");
	return 0;
}
